/**
 * Layers of a map that take turns: `[data-rotate="30"]` holds tabs and `[data-layer]` panels.
 *
 * Arrow keys change the layer, space pauses. Nothing turns by itself for a person who asked for less motion.
 */
import { all, one, still, word, icon } from "./dom";

const turned = new Set<() => void>();
/** Called after each turn of any rotation: the moment at which a wall may reload unseen. */
export const onTurn = (f: () => void): void => void turned.add(f);
export const rotating = (): boolean => one("[data-rotate]") !== null;

const PAUSED = "tc-rotate-paused";
const current = new Map<string, string>();

function pick(box: HTMLElement, index: number): void {
  const layers = all("[data-layer]", box);
  const layer = layers[(index + layers.length) % layers.length];
  if (!layer) return;
  for (const l of layers) l.hidden = l !== layer;
  for (const tab of all("[role=tab]", box)) {
    const on = tab.getAttribute("aria-controls") === layer.id;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
  }
  current.set(key(box), layer.id);
}

const key = (box: HTMLElement): string => box.dataset["live"] ?? box.id;
const index = (box: HTMLElement): number => all("[data-layer]", box).findIndex((l) => !l.hidden);
const paused = (): boolean => sessionStorage.getItem(PAUSED) === "1";

function showPaused(): void {
  for (const b of all("[data-rotate-toggle]")) {
    b.setAttribute("aria-pressed", String(paused()));
    b.setAttribute(
      "aria-label",
      paused()
        ? word("Tiếp tục chuyển lớp", "Resume turning layers")
        : word("Dừng chuyển lớp", "Pause turning layers"),
    );
    b.replaceChildren(icon(paused() ? "play" : "pause"));
  }
}

function toggle(): void {
  sessionStorage.setItem(PAUSED, paused() ? "0" : "1");
  showPaused();
}

export function rotate(): void {
  const boxes = (): HTMLElement[] => all("[data-rotate]");
  const since = new Map<string, number>();
  document.addEventListener("click", (e) => {
    const el = e.target instanceof Element ? e.target : null;
    if (el?.closest("[data-rotate-toggle]")) return toggle();
    const tab = el?.closest("[data-rotate] [role=tab]");
    const box = tab?.closest<HTMLElement>("[data-rotate]");
    if (!tab || !box) return;
    pick(
      box,
      all("[data-layer]", box).findIndex((l) => l.id === tab.getAttribute("aria-controls")),
    );
    since.set(key(box), Date.now());
  });
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const el = e.target instanceof Element ? e.target : document.body;
    const tab = el.closest("[data-rotate] [role=tab]");
    const box = tab?.closest<HTMLElement>("[data-rotate]") ?? (el === document.body ? boxes()[0] : undefined);
    if (!box) return;
    const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (step) {
      pick(box, index(box) + step);
      since.set(key(box), Date.now());
      if (tab) one("[role=tab][aria-selected=true]", box)?.focus();
      e.preventDefault();
    } else if (e.key === " " && el === document.body && Number(box.dataset["rotate"])) {
      toggle();
      e.preventDefault();
    }
  });
  document.addEventListener("tc:swapped", (e) => {
    for (const box of boxes()) {
      if (!(e.target instanceof Node && (e.target.contains(box) || box.contains(e.target)))) continue;
      const at = all("[data-layer]", box).findIndex((l) => l.id === current.get(key(box)));
      if (at >= 0) pick(box, at);
    }
    showPaused();
  });
  showPaused();
  setInterval(() => {
    for (const box of boxes()) {
      const every = Number(box.dataset["rotate"]) * 1000;
      if (!since.has(key(box))) since.set(key(box), Date.now());
      if (!every || paused() || still() || document.hidden || Date.now() - (since.get(key(box)) ?? 0) < every)
        continue;
      if (box.querySelector("[role=tablist] :focus-visible")) continue;
      since.set(key(box), Date.now());
      pick(box, index(box) + 1);
      for (const f of turned) f();
    }
  }, 500);
}
