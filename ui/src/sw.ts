/**
 * The worker of the citizen's app: keeps the pages of the app for when there is no network, and sends what waits when the
 * browser finds one. It keeps nothing of a person: neither the page of a receipt nor a list.
 */
import { drain } from "./app/send";

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Syncing extends Extendable {
  tag: string;
  lastChance: boolean;
}
interface Worker {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", hear: (e: Extendable) => void): void;
  addEventListener(type: "fetch", hear: (e: Fetching) => void): void;
  addEventListener(type: "sync", hear: (e: Syncing) => void): void;
}
const worker = globalThis as unknown as Worker;

const CACHE = "tc-app-1";
/** Pages without anything of a person. */
const PAGES = ["/app", "/report", "/app/me", "/app/warnings", "/track"];
/** So long a page waits for the network before the kept one is shown. */
const PATIENCE = 4_000;
/** What a page needs, and fonts beside it. */
const ASSETS = /(?:href|src)="(\/assets\/[^"#]+)/g;
const FONTS = /url\(["']?(?:\.\/)?(fonts\/[^)"']+)/g;

async function keepPage(cache: Cache, path: string): Promise<void> {
  const answer = await fetch(path, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const text = await answer.clone().text();
  await cache.put(path, answer);
  await keepAssets(cache, text);
}

async function keepAssets(cache: Cache, html: string): Promise<void> {
  const found = new Set([...html.matchAll(ASSETS)].map((m) => (m[1] ?? "").replaceAll("&amp;", "&")));
  for (const url of found) {
    if (await cache.match(url)) continue;
    const answer = await fetch(url);
    if (!answer.ok) continue;
    const sheet = url.includes(".css") ? await answer.clone().text() : "";
    await cache.put(url, answer);
    for (const [, font] of sheet.matchAll(FONTS)) {
      const at = `/assets/${font ?? ""}`;
      if (!(await cache.match(at))) await cache.add(at).catch(() => {});
    }
  }
}

worker.addEventListener("install", (e) => {
  const keep = async (): Promise<void> => {
    const cache = await caches.open(CACHE);
    for (const path of PAGES) await keepPage(cache, path);
    await worker.skipWaiting();
  };
  e.waitUntil(keep());
});

worker.addEventListener("activate", (e) => {
  const tidy = async (): Promise<void> => {
    const names = (await caches.keys()).filter((name) => name.startsWith("tc-app-") && name !== CACHE);
    await Promise.all(names.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  e.waitUntil(tidy());
});

/** The network's page, kept for later; the kept one when there is no network. */
async function page(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const slow = (await cache.match(path)) !== undefined;
    const answer = await fetch(request, slow ? { signal: AbortSignal.timeout(PATIENCE) } : {});
    if (answer.ok && !answer.redirected && new URL(request.url).search === "") {
      const kept = answer.clone();
      const text = await answer.clone().text();
      await cache.put(path, kept);
      void keepAssets(cache, text).catch(() => {});
    }
    return answer;
  } catch (error) {
    const kept = await cache.match(path);
    if (kept) return kept;
    throw error;
  }
}

async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

worker.addEventListener("fetch", (e) => {
  const { request } = e;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  // An address with its hash means the same bytes for ever; fonts stay what they are.
  if (url.pathname.startsWith("/assets/") && (url.searchParams.has("v") || url.pathname.includes("/fonts/"))) {
    e.respondWith(asset(request));
    return;
  }
  if (request.mode === "navigate" && PAGES.includes(url.pathname)) e.respondWith(page(request, url.pathname));
});

worker.addEventListener("sync", (e) => {
  if (e.tag !== "tc-queue") return;
  const send = async (): Promise<void> => {
    // Not done: the browser tries again by its own rules.
    if (!(await drain(true))) throw new Error("something still waits");
  };
  e.waitUntil(send());
});
