/** `[data-clock]` ticks in the server's time (`data-now` on <body>, ms), in Vietnam's zone wherever the screen hangs. */
import { all } from "./dom";

let offset = 0;

function atRender(): number {
  const nav = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  return performance.timeOrigin + (nav?.responseStart ?? 0);
}

/** The server has just told its time again: a wall runs for months, and its own clock drifts. */
export const setNow = (ms: number): void => void (offset = ms - Date.now());

export function clock(): void {
  const now = Number(document.body.dataset["now"]);
  if (Number.isFinite(now) && now > 0) offset = now - atRender();
  const format = new Intl.DateTimeFormat("vi-VN", {
    timeZone: "Asia/Ho_Chi_Minh",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  const tick = (): void => {
    const date = new Date(Date.now() + offset);
    for (const el of all("[data-clock]")) {
      const text = format.format(date);
      if (el.textContent !== text) el.textContent = text;
      el.setAttribute("datetime", date.toISOString());
    }
    setTimeout(tick, 1000 - ((Date.now() + offset) % 1000));
  };
  if (all("[data-clock]").length) tick();
}
