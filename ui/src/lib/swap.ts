/** Put a fragment in the place of the old one without taking the person's focus, scroll or half-typed words away. */
import { all, dirty, still } from "./dom";

const shown = new WeakMap<Element, string>();
const waiting = new WeakMap<Element, string>();

/** Returns whether the document changed. `mark` lights up what changed for a moment: a figure, not half a page. */
export function swap(el: HTMLElement, html: string, mark = true): boolean {
  if (shown.get(el) === html) return false;
  if (el.contains(document.activeElement) && dirty(el)) {
    if (!waiting.has(el)) el.addEventListener("focusout", () => later(el), { once: true });
    waiting.set(el, html);
    return false;
  }
  const template = document.createElement("template");
  template.innerHTML = html;
  if (template.innerHTML === el.innerHTML) {
    shown.set(el, html);
    return false;
  }
  const keep = remember(el);
  el.replaceChildren(template.content);
  keep();
  shown.set(el, html);
  el.dispatchEvent(new CustomEvent("tc:swapped", { bubbles: true }));
  if (mark && !still()) highlight(el);
  return true;
}

function later(el: HTMLElement): void {
  const html = waiting.get(el);
  waiting.delete(el);
  if (html !== undefined) queueMicrotask(() => swap(el, html));
}

function highlight(el: HTMLElement): void {
  el.classList.remove("changed");
  requestAnimationFrame(() => {
    el.classList.add("changed");
    setTimeout(() => el.classList.remove("changed"), 2600);
  });
}

/** Which element had the focus: by id, else by name, else by its address among links. */
function address(el: Element): string | null {
  if (el.id) return `#${CSS.escape(el.id)}`;
  const name = el.getAttribute("name");
  if (name) return `[name="${CSS.escape(name)}"]`;
  const href = el.getAttribute("href");
  return href ? `a[href="${CSS.escape(href)}"]` : null;
}

function remember(el: HTMLElement): () => void {
  const active = document.activeElement;
  const inside = active instanceof HTMLElement && active !== el && el.contains(active);
  const where = inside ? address(active) : null;
  const range =
    inside && (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement)
      ? safeRange(active)
      : null;
  const own: [number, number] = [el.scrollLeft, el.scrollTop];
  const scrolled = all("[id]", el)
    .filter((e) => e.scrollTop || e.scrollLeft)
    .map((e) => [e.id, e.scrollLeft, e.scrollTop] as const);
  const open = all<HTMLDetailsElement>("details[id]", el).map((d) => [d.id, d.open] as const);
  return () => {
    for (const [id, isOpen] of open) {
      const d = document.getElementById(id);
      if (d instanceof HTMLDetailsElement) d.open = isOpen;
    }
    for (const [id, left, top] of scrolled) document.getElementById(id)?.scrollTo(left, top);
    [el.scrollLeft, el.scrollTop] = own;
    if (!inside) return;
    const target = where ? el.querySelector<HTMLElement>(where) : null;
    if (target) target.focus({ preventScroll: true });
    else {
      if (!el.hasAttribute("tabindex")) el.setAttribute("tabindex", "-1");
      el.focus({ preventScroll: true });
    }
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)
      if (range) target.setSelectionRange(...range);
  };
}

function safeRange(field: HTMLInputElement | HTMLTextAreaElement): [number, number] | null {
  try {
    return field.selectionStart === null || field.selectionEnd === null
      ? null
      : [field.selectionStart, field.selectionEnd];
  } catch {
    return null;
  }
}
