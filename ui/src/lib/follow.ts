/**
 * A page that follows something larger than a fragment: when `[data-follow]` hears that it changed, the page asks
 * for itself once more and its `[data-part]`s are put in place. Islands hear of it as `tc:told`.
 */
import { all, one } from "./dom";
import { swap } from "./swap";

/** Not more often than this; the second half of the wait differs from page to page, so that not all ask at once. */
const PAUSE_MS = 2_000;

let waiting = false;

export function follow(): void {
  if (waiting) return;
  waiting = true;
  setTimeout(() => void whenSeen(), Math.random() * 500);
}

async function whenSeen(): Promise<void> {
  if (document.hidden) {
    document.addEventListener("visibilitychange", () => void whenSeen(), { once: true });
    return;
  }
  try {
    await again();
  } catch (error) {
    console.info("page: could not be read again", error); // the next change tries again
  }
  setTimeout(() => (waiting = false), PAUSE_MS * (0.75 + Math.random() / 2));
}

async function again(): Promise<void> {
  const response = await fetch(location.href, { credentials: "same-origin", headers: { accept: "text/html" } });
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const el of all("[data-part]")) {
    const next = one(`[data-part="${CSS.escape(el.dataset["part"] ?? "")}"]`, fresh);
    if (!next) continue;
    if (next.tagName === el.tagName) swap(el, next.innerHTML, false);
    else {
      el.replaceWith(document.adoptNode(next));
      next.dispatchEvent(new CustomEvent("tc:swapped", { bubbles: true }));
    }
  }
  document.dispatchEvent(new CustomEvent("tc:told"));
}
