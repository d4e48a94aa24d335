// What a worker of a browser takes from where the engine's files are.

import type { Create, Place } from "./starting";

/** `engine` is the address of their folder. */
export function fetched(engine: string): Pick<Place, "create" | "archiveNow"> {
  return {
    create: async () => ((await import(`${engine}pyodide.asm.mjs`)) as { default: Create }).default,
    archiveNow(name) {
      // a worker may wait for a request
      const request = new XMLHttpRequest();
      request.open("GET", `${engine}${name}.zip`, false);
      request.responseType = "arraybuffer";
      request.send();
      return request.status === 200 ? new Uint8Array(request.response as ArrayBuffer) : undefined;
    },
  };
}
