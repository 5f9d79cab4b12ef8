/**
 * The worker: keeps the pages of the citizen's app for when there is no network, sends what waits when the browser finds one,
 * and shows messages, those of the desk too. It keeps nothing of a person: neither the page of a receipt nor a list.
 */
import { away, ours } from "./app/away";
import { follow } from "./app/push";
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
interface Pushed extends Extendable {
  data: { json(): unknown } | null;
}
interface Clicked extends Extendable {
  notification: Notification;
}
interface Resubscribed extends Extendable {
  oldSubscription: PushSubscription | null;
  newSubscription: PushSubscription | null;
}
/** A page of ours that is open. */
interface Tab {
  url: string;
  focus(): Promise<unknown>;
}
interface Worker {
  skipWaiting(): Promise<void>;
  registration: ServiceWorkerRegistration;
  clients: {
    claim(): Promise<void>;
    matchAll(which: { type: "window"; includeUncontrolled: boolean }): Promise<Tab[]>;
    openWindow(url: string): Promise<unknown>;
  };
  addEventListener(type: "install" | "activate", hear: (e: Extendable) => void): void;
  addEventListener(type: "fetch", hear: (e: Fetching) => void): void;
  addEventListener(type: "sync", hear: (e: Syncing) => void): void;
  addEventListener(type: "push", hear: (e: Pushed) => void): void;
  addEventListener(type: "notificationclick", hear: (e: Clicked) => void): void;
  addEventListener(type: "pushsubscriptionchange", hear: (e: Resubscribed) => void): void;
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
    // One page that cannot be kept now is kept when it is visited; without any there is no app.
    let kept = 0;
    for (const path of PAGES) {
      await keepPage(cache, path).then(
        () => (kept += 1),
        (error: unknown) => console.info("not kept yet", path, error),
      );
    }
    if (kept === 0) throw new Error("no page could be kept");
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

/** A page that is not kept: the network's, and without one a page of ours that says so. */
async function unkept(get: () => Promise<Response>): Promise<Response> {
  try {
    return await get();
  } catch (error) {
    // This is what a browser says when nothing answered.
    if (!(error instanceof TypeError)) throw error;
    const kept = await (await caches.open(CACHE)).keys();
    // The newest of them is the last.
    const sheet = kept.map(({ url }) => new URL(url)).filter((url) => url.pathname === "/assets/app.css").at(-1);
    return away(sheet && sheet.pathname + sheet.search);
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
  if (request.mode !== "navigate") return;
  if (PAGES.includes(url.pathname)) e.respondWith(unkept(() => page(request, url.pathname)));
  else if (ours(url.pathname)) e.respondWith(unkept(() => fetch(request)));
});

worker.addEventListener("sync", (e) => {
  if (e.tag !== "tc-queue") return;
  const send = async (): Promise<void> => {
    // Not done: the browser tries again by its own rules.
    if (!(await drain(true))) throw new Error("something still waits");
    await follow((await worker.registration.pushManager.getSubscription()) ?? undefined).catch(() => {});
  };
  e.waitUntil(send());
});

/** What a message says, as notices seals it. */
interface Message {
  id: string;
  title: string;
  body: string;
  link: string;
  urgent: boolean;
}

function read(data: Pushed["data"]): Message {
  // A message that cannot be read is one all the same: a browser that shows nothing takes the permission back.
  const none = { id: "", title: "Toàn Cảnh", body: "", link: "/", urgent: false };
  try {
    return { ...none, ...(data?.json() as Partial<Message>) };
  } catch {
    return none;
  }
}

worker.addEventListener("push", (e) => {
  const { id, title, body, link, urgent } = read(e.data);
  const icon = "/assets/app-192.png";
  const how = { body, tag: id, data: link, requireInteraction: urgent, icon, badge: icon };
  e.waitUntil(worker.registration.showNotification(title, how));
});

worker.addEventListener("notificationclick", (e) => {
  e.notification.close();
  const open = async (): Promise<void> => {
    // A message names the public address; the worker knows by which one it was reached.
    const { pathname, search } = new URL(String(e.notification.data || "/"), location.origin);
    const url = new URL(pathname + search, location.origin).href;
    const tabs = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = tabs.find((tab) => tab.url === url);
    if (there) await there.focus();
    else await worker.clients.openWindow(url);
  };
  e.waitUntil(open());
});

worker.addEventListener("pushsubscriptionchange", (e) => {
  const again = async (): Promise<void> => {
    const options = e.oldSubscription?.options;
    const fresh = e.newSubscription ?? (options && (await worker.registration.pushManager.subscribe(options)));
    // What the desk sends is asked for again on its page: who signs in there is not known here.
    if (fresh) await follow(fresh);
  };
  e.waitUntil(again());
});
