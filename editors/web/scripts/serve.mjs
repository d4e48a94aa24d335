// Serves a folder on loopback, as any file server would: `npm run serve [FOLDER] [PORT]`.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".json": "application/json",
  ".wasm": "application/wasm", ".woff2": "font/woff2", ".png": "image/png", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json",
};

/** Resolves to `{url, close}`; files of `folder` stand below `base`. */
export function serve(folder, port = 0, base = "/") {
  const home = resolve(folder);
  const server = createServer((request, response) => {
    let path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    if (!path.startsWith(base)) return void response.writeHead(404).end();
    path = path.slice(base.length - 1);
    let file = join(home, normalize(path));
    if (!file.startsWith(home)) return void response.writeHead(403).end();
    try {
      if (statSync(file).isDirectory()) file = join(file, "index.html");
      const about = statSync(file);
      const modified = about.mtime.toUTCString();
      if (request.headers["if-modified-since"] === modified) return void response.writeHead(304).end();
      response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Length": about.size, "Last-Modified": modified });
      createReadStream(file).pipe(response);
    } catch {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("there is no such file");
    }
  });
  return new Promise((done) => server.listen(port, "127.0.0.1", () => done({
    url: `http://127.0.0.1:${server.address().port}${base}`,
    close: () => new Promise((closed) => { server.closeAllConnections(); server.close(closed); }),
  })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(dirname(dirname(fileURLToPath(import.meta.url))), "dist");
  console.log((await serve(folder, Number(process.argv[3] ?? 8000))).url);
}
