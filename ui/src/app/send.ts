/**
 * Sends what waits. First the report, then each of its photos; what was answered is kept at once, so that a cut in the
 * middle sends only the rest again, and what is sent twice is one report by its key and one photo by its content.
 *
 * A refusal (4xx) is shown to the person; no network, 429 and 5xx are tried again after a pause.
 */
import { type Report, all, get, put } from "./store";

const LOCK = "tc-queue";
const REPORT_MS = 30_000;
const PHOTO_MS = 180_000;
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

type End = { good: Response } | { refused: { code: string; title: string } } | { again: number };

/** Whether the same would be refused again. */
function final(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
}

async function post(url: string, init: RequestInit, limit: number): Promise<End> {
  let answer: Response;
  try {
    answer = await fetch(url, {
      ...init,
      method: "POST",
      credentials: "same-origin",
      signal: AbortSignal.timeout(limit),
    });
  } catch {
    return { again: 0 };
  }
  if (answer.ok) return { good: answer };
  if (!final(answer.status)) return { again: Number(answer.headers.get("retry-after") ?? 0) * 1000 };
  const told = (await answer.json().catch(() => ({}))) as { code?: string; title?: string };
  return { refused: { code: told.code ?? "", title: told.title ?? `HTTP ${answer.status}` } };
}

/** Sends one report as far as it goes. Says whether the next may be tried. */
async function send(report: Report): Promise<boolean> {
  const later = async (wait: number): Promise<false> => {
    const pause = Math.min(FIRST_PAUSE * 2 ** report.tries, LONGEST_PAUSE);
    report.tries += 1;
    // Phones that lost the same network do not come back in one moment.
    report.after = Date.now() + Math.max(wait, pause) * (0.75 + Math.random() / 2);
    await put(report);
    return false;
  };
  if (!report.code || !report.secret) {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ ...report.body, key: report.key });
    const end = await post("/api/v1/reports", { headers, body }, REPORT_MS);
    if ("again" in end) return later(end.again);
    if ("refused" in end) {
      report.state = "refused";
      report.fault = end.refused;
      await put(report);
      return true;
    }
    let told: { code: string; secret: string };
    try {
      told = (await end.good.json()) as { code: string; secret: string };
    } catch {
      return later(0);
    }
    report.code = told.code;
    report.secret = told.secret;
    await put(report);
  }
  for (const shot of report.shots.filter((s) => !s.sent)) {
    const headers = { "content-type": shot.blob.type || "application/octet-stream", "x-receipt": report.secret };
    const url = `/api/v1/reports/${encodeURIComponent(report.code)}/photos`;
    const end = await post(url, { headers, body: shot.blob }, PHOTO_MS);
    if ("again" in end) return later(end.again);
    if ("refused" in end) shot.fault = end.refused.title;
    shot.sent = true;
    await put(report);
  }
  report.state = "sent";
  report.tries = 0;
  // The pictures are on the server; what was refused is told by its words.
  report.shots = report.shots.map((s) => ({ ...s, blob: new Blob() }));
  await put(report);
  return true;
}

async function inTurn(force: boolean): Promise<boolean> {
  const waiting = (await all()).filter((r) => r.state === "waiting").reverse();
  for (const { key } of waiting) {
    const report = await get(key);
    if (!report || report.state !== "waiting") continue;
    if (!force && report.after > Date.now()) return false;
    if (!(await send(report))) return false;
  }
  return true;
}

/** Sends what waits, one sender at a time between tabs and the worker. Says whether nothing waits any more. */
export function drain(force = false): Promise<boolean> {
  if (!navigator.locks) return inTurn(force);
  return navigator.locks.request(LOCK, () => inTurn(force)) as Promise<boolean>;
}

/** When the next attempt is due, ms from now; nothing when nothing waits. */
export async function nextIn(): Promise<number | undefined> {
  const waiting = (await all()).filter((r) => r.state === "waiting");
  if (waiting.length === 0) return undefined;
  return Math.max(250, Math.min(...waiting.map((r) => r.after)) - Date.now());
}
