/** Live pages: fragments over one stream per browser, the clock, the turning layers of a wall. */
import { all, dirty, word } from "./lib/dom";
import { clock, setNow } from "./lib/clock";
import { follow } from "./lib/follow";
import { onTurn, rotate, rotating } from "./lib/rotate";
import { Stream, type State } from "./lib/stream";
import { swap } from "./lib/swap";

const topics = (): string[] =>
  [
    ...new Set(
      all("[data-live]")
        .map((el) => el.dataset["live"] ?? "")
        .filter(Boolean),
    ),
  ].sort();

function fragment(topic: string, html: string): void {
  let changed = false;
  for (const el of all(`[data-live="${CSS.escape(topic)}"]`)) {
    if (!swap(el, html)) continue;
    changed = true;
    if (el.dataset["follow"] !== undefined) follow();
  }
  if (changed) {
    stream?.want(topics());
    show(state);
  }
}

let state: State = "reconnecting";
function show(next: State): void {
  state = next;
  const text = {
    live: word("Đang trực tiếp", "Live"),
    reconnecting: word("Đang nối lại", "Reconnecting"),
    offline: word("Mất mạng", "Offline"),
  }[next];
  for (const el of all("[data-live-state]")) {
    if (el.dataset["state"] === next && el.textContent === text) continue;
    el.dataset["state"] = next;
    el.textContent = text;
  }
}

/** The program was renewed: load the new page when nobody looks, never over half-typed words. */
const PATIENCE_MS = 600_000;
let due = false;
function reload(): void {
  due = true;
  if (document.hidden) ifDue();
  if (rotating()) setTimeout(ifDue, PATIENCE_MS); // a wall whose layers stand still must be renewed too
}
function ifDue(): void {
  if (due && !dirty(document)) location.reload();
}

clock();
rotate();
onTurn(ifDue);
document.addEventListener("visibilitychange", () => {
  if (document.hidden && !rotating()) ifDue();
});

const url = document.body.dataset["liveUrl"];
const stream =
  url && topics().length
    ? new Stream(
        url,
        document.documentElement.lang || "vi",
        topics(),
        { fragment, reload, now: setNow, state: show },
        document.body.dataset["liveSince"] ?? "",
      )
    : null;
if (stream) {
  show(state);
  stream.start();
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (e) => {
    if (e.persisted) stream.start();
  });
  addEventListener("offline", () => show("offline"));
  addEventListener("online", () => stream.wake());
}
