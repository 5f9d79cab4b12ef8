/** Short names for what every island asks of the document. */

export const all = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] => [
  ...root.querySelectorAll<T>(selector),
];
export const one = <T extends Element = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): T | null => root.querySelector<T>(selector);

export const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Words of the islands themselves; all other text comes from the server. */
export const word = (vi: string, en: string): string => (document.documentElement.lang === "en" ? en : vi);

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  text = "",
): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag);
  if (className) el.className = className;
  if (text) el.textContent = text;
  return el;
}

/** `<svg class="icon"><use href="…#name">`, from the sprite the page already uses. */
export function icon(name: string): SVGSVGElement {
  const NS = "http://www.w3.org/2000/svg";
  const known = one<SVGUseElement>("use[href*='icons.svg#']")?.getAttribute("href")?.split("#")[0];
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(NS, "use");
  use.setAttribute("href", `${known ?? new URL("./icons.svg", import.meta.url).pathname}#${name}`);
  svg.append(use);
  return svg;
}

export function toast(text: string, state: "good" | "watch" | "bad" | "" = ""): void {
  const box = one(".toasts");
  if (!box) return;
  const el = make("div", `toast${state ? ` is-${state}` : ""}`, text);
  box.append(el);
  setTimeout(() => el.remove(), 6000);
}

/** A field whose value the person has changed and not yet sent. */
export function dirty(root: ParentNode): boolean {
  return all<HTMLInputElement | HTMLTextAreaElement>("input:not([type=hidden]), textarea", root).some((f) =>
    f instanceof HTMLInputElement && (f.type === "checkbox" || f.type === "radio")
      ? f.checked !== f.defaultChecked
      : f instanceof HTMLInputElement &&
          (f.type === "range" || f.type === "search" || f.dataset["filter"] !== undefined)
        ? false
        : f.value !== f.defaultValue,
  );
}
