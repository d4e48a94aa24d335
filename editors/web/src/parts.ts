// The few pieces that both sides of the page are made of.

import katex from "katex";

export type Child = Node | string | null | undefined | false;

/** An element with attributes, listeners (functions) and what is in it. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, given: Record<string, string | boolean | ((event: any) => void)> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((c): c is Node | string => Boolean(c)));
  return made;
}

/** A typeset formula, with MathML for who listens; the plain text where KaTeX cannot read it. */
export function formula(latex: string, text: string): HTMLElement {
  const made = element("span", {});
  try {
    katex.render(`\\displaystyle ${latex}`, made, { strict: "ignore", output: "htmlAndMathml" });
  } catch {
    made.replaceChildren(element("code", {}, text));
  }
  return made;
}

/** Text with code between backquotes. */
export function prose(text: string): Child[] {
  return text.split("`").map((part, k) => (k % 2 ? element("code", {}, part) : part));
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** A menu at a place, which the arrow keys walk and Escape closes; closed when something is chosen. */
export function menu(at: { left: number; bottom: number }, label: string, items: { text: string; run: () => void }[], back: HTMLElement | null, more?: HTMLElement): void {
  closeMenus();
  const buttons = items.map(({ text, run }) => element("button", { role: "menuitem", type: "button", click: () => { close(); run(); } }, text));
  const box = element("div", { class: "menu", role: "menu", "aria-label": label }, ...buttons, more);
  if (!items.length && !more) box.append(element("p", { class: "quiet" }, "There is nothing to do here."));
  const close = () => {
    box.remove();
    document.removeEventListener("pointerdown", outside, true);
    back?.focus();
  };
  const outside = (event: Event) => {
    if (!box.contains(event.target as Node)) close();
  };
  box.addEventListener("keydown", (event) => {
    const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" && buttons.length) buttons[(now + 1) % buttons.length].focus();
    else if (event.key === "ArrowUp" && buttons.length) buttons[(now - 1 + buttons.length) % buttons.length].focus();
    else return;
    event.preventDefault();
  });
  document.body.append(box);
  box.style.left = `${Math.max(6, Math.min(at.left, window.innerWidth - box.offsetWidth - 8)) + window.scrollX}px`;
  const below = at.bottom + 4;
  box.style.top = `${(below + box.offsetHeight > window.innerHeight ? Math.max(6, window.innerHeight - box.offsetHeight - 8) : below) + window.scrollY}px`;
  document.addEventListener("pointerdown", outside, true);
  (buttons[0] ?? box.querySelector("input"))?.focus();
}

export function closeMenus(): void {
  for (const open of document.querySelectorAll(".menu")) open.remove();
}

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // without the right to the clipboard, as in an old way that needs none
    const area = element("textarea", { class: "live" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
