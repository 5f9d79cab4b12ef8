/**
 * What this device keeps: reports that wait to be sent, the receipts of those that were, and the photos of one that is being
 * written. Shared by pages and the worker.
 */

export interface Shot {
  id: string;
  blob: Blob;
  sent: boolean;
  fault?: string;
}
/** How a report stands, as the server last said. */
export interface How {
  words: string;
  state: string;
  parts: string[];
}
export interface Report {
  /** Our own key of it: the server makes one case of it, however often it is sent. */
  key: string;
  at: number;
  title: string;
  /** What is sent, as `POST /api/v1/reports` takes it. */
  body: Record<string, unknown>;
  shots: Shot[];
  state: "waiting" | "refused" | "sent";
  code?: string;
  secret?: string;
  fault?: { code: string; title: string };
  tries: number;
  /** Not before this moment, ms. */
  after: number;
  thumb?: Blob;
  /** The push subscription that hears of it; empty for none. */
  told?: string;
  how?: How;
}

/** The photos of a report that is being written; its words are with the tab. */
export interface Draft {
  key: string;
  at: number;
  shots: Shot[];
}

/** A store stands in a database of its own: a new one changes nothing of the queue that phones have. */
const REPORTS = { base: "toancanh", store: "reports" };
const DRAFTS = { base: "toancanh-drafts", store: "drafts" };

const opened = new Map<string, Promise<IDBDatabase>>();

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open({ base, store }: typeof REPORTS): Promise<IDBDatabase> {
  const known = opened.get(base);
  if (known) return known;
  const opening = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(base, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: "key" });
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  }).catch((error: unknown) => {
    opened.delete(base);
    throw error;
  });
  opened.set(base, opening);
  return opening;
}

/** One transaction, which is over when its writes are on the disk: a phone may be closed at any moment. */
async function within<T>(
  mode: IDBTransactionMode,
  work: (s: IDBObjectStore) => IDBRequest<T>,
  where = REPORTS,
): Promise<T> {
  const db = await open(where);
  const tx = db.transaction(where.store, mode, { durability: "strict" });
  const ended = new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error("the device keeps no data"));
  });
  const result = await done(work(tx.objectStore(where.store)));
  await ended;
  return result;
}

/** All of them, the newest first. */
export async function all(): Promise<Report[]> {
  const found = await within("readonly", (s) => s.getAll() as IDBRequest<Report[]>);
  return found.sort((a, b) => b.at - a.at);
}

export function get(key: string): Promise<Report | undefined> {
  return within("readonly", (s) => s.get(key) as IDBRequest<Report | undefined>);
}

export async function put(report: Report): Promise<void> {
  await within("readwrite", (s) => s.put(report));
  tell();
}

export async function remove(key: string): Promise<void> {
  await within("readwrite", (s) => s.delete(key));
  tell();
}

export async function clear(): Promise<void> {
  await within("readwrite", (s) => s.clear());
  await within("readwrite", (s) => s.clear(), DRAFTS);
  tell();
}

export function getDraft(key: string): Promise<Draft | undefined> {
  return within("readonly", (s) => s.get(key) as IDBRequest<Draft | undefined>, DRAFTS);
}

export async function putDraft(draft: Draft): Promise<void> {
  await within("readwrite", (s) => s.put(draft), DRAFTS);
}

export async function removeDraft(key: string): Promise<void> {
  await within("readwrite", (s) => s.delete(key), DRAFTS);
}

/** Those of tabs that were closed are of no use to anybody. */
export async function removeDraftsBefore(at: number): Promise<void> {
  const found = await within("readonly", (s) => s.getAll() as IDBRequest<Draft[]>, DRAFTS);
  for (const draft of found) if (draft.at < at) await removeDraft(draft.key);
}

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("tc-reports") : undefined;
const here = new Set<() => void>();

function tell(): void {
  channel?.postMessage("changed");
  for (const hear of here) hear();
}

/** Calls `hear` whenever something was kept, here or in another tab or the worker. */
export function changed(hear: () => void): void {
  here.add(hear);
  channel?.addEventListener("message", hear);
}

/** 128 bits nobody guesses. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
