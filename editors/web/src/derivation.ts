// The derivation view of the VS Code extension, in a frame: told what to show, and asked for what is clicked there.

import type { FromPage, ToPage } from "../../vscode/src/view/messages";

export type { FromPage, Range, Rules, View } from "../../vscode/src/view/messages";

export class DerivationFrame {
  readonly element: HTMLIFrameElement;
  private isReady = false;
  private last: ToPage | undefined;

  /** `grows`: as high as what it shows, where it is not a panel of its own. */
  constructor(side: "formula" | "document", receive: (message: FromPage) => void, grows: boolean) {
    const frame = (this.element = document.createElement("iframe"));
    frame.className = "derivation";
    frame.title = "Derivation";
    frame.addEventListener("load", () => {
      const inside = frame.contentDocument;
      if (!inside || !frame.src) return;
      inside.documentElement.dataset.side = side;
      this.wear(document.documentElement.dataset.theme ?? "light");
      if (grows) new ResizeObserver(() => this.grow()).observe(inside.body);
    });
    window.addEventListener("message", ({ source, data }: MessageEvent<FromPage>) => {
      if (source !== frame.contentWindow) return;
      if (data.kind === "ready") {
        this.isReady = true;
        if (this.last) this.send(this.last);
      }
      receive(data);
    });
  }

  private grow(): void {
    const inside = this.element.contentDocument;
    if (inside) this.element.style.height = `${Math.max(120, inside.documentElement.offsetHeight + 2)}px`;
  }

  wear(theme: string): void {
    const inside = this.element.contentDocument?.documentElement;
    if (inside) inside.dataset.theme = theme;
  }

  send(message: ToPage): void {
    if (message.kind !== "rules" && message.kind !== "late") this.last = message;
    // loaded when there is something to show: the first answer does not wait for it
    if (!this.element.src) this.element.src = new URL("./frame.html", document.baseURI).href;
    if (this.isReady) this.element.contentWindow?.postMessage(message, location.origin);
  }
}
