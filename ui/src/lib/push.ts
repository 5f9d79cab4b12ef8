/** Messages to this browser while no page is open (Push API): asked for, given back, and why not. */
import { one, word } from "./dom";

/** Whether this browser can be sent messages at all. */
export const able = (): boolean =>
  "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;

/** The worker that shows them, registered where it was not. */
async function worker(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register("/sw.js");
  return navigator.serviceWorker.ready;
}

/** The subscription that this browser has, whoever asked for it. */
export async function subscribed(): Promise<PushSubscription | undefined> {
  if (!able() || Notification.permission !== "granted") return undefined;
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? undefined;
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

const same = (a: ArrayBuffer | null | undefined, b: Uint8Array): boolean =>
  !!a && a.byteLength === b.length && new Uint8Array(a).every((x, i) => x === b[i]);

/** Asks the person and the browser; throws with words for the person. */
export async function ask(key: string): Promise<PushSubscription> {
  if ((await Notification.requestPermission()) !== "granted") {
    throw new Error(
      word(
        "Trình duyệt này đang chặn thông báo của trang. Hãy cho phép trong phần cài đặt của trình duyệt.",
        "This browser blocks messages of this site. Allow them in the browser's settings.",
      ),
    );
  }
  const { pushManager } = await worker();
  const own = bytes(key);
  const before = await pushManager.getSubscription();
  if (before && same(before.options.applicationServerKey, own)) return before;
  // One that was made with another key is of no use any more.
  await before?.unsubscribe();
  try {
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: own });
  } catch (error) {
    console.info("no push", error);
    throw new Error(
      word(
        "Trình duyệt chưa nối được dịch vụ nhận tin. Hãy kiểm tra mạng rồi thử lại.",
        "The browser could not reach its message service. Check the network and try again.",
      ),
    );
  }
}

/** `POST` of JSON; throws with the server's words. */
export async function tell(url: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", credentials: "same-origin", headers, body: JSON.stringify(body) } as const;
  const answer = await fetch(url, init);
  if (answer.ok) return answer;
  const told = (await answer.json().catch(() => ({}))) as { title?: string };
  throw new Error(told.title ?? `HTTP ${answer.status}`);
}

/** What a panel `[data-push]` with its two buttons does. */
export interface Panel {
  on(subscription: PushSubscription): Promise<string>;
  off(subscription: PushSubscription): Promise<string>;
  /** Whether this browser's subscription is used for what the panel offers. */
  mine(): Promise<boolean> | boolean;
}

/** Shows the panel where the browser can, and wires its buttons. */
export async function panel(root: HTMLElement, acts: Panel): Promise<void> {
  const on = one<HTMLButtonElement>("[data-push-on]", root);
  const off = one<HTMLButtonElement>("[data-push-off]", root);
  const said = one("[data-push-said]", root);
  if (!on || !off || !said || !able()) return;
  const draw = async (): Promise<void> => {
    const subscription = await subscribed();
    const mine = subscription !== undefined && (await acts.mine());
    on.hidden = mine;
    off.hidden = !mine;
  };
  const act = (work: () => Promise<string>) => async (): Promise<void> => {
    on.disabled = off.disabled = true;
    said.textContent = "";
    try {
      said.textContent = await work();
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
    }
    on.disabled = off.disabled = false;
    await draw();
  };
  on.addEventListener("click", () => void act(async () => acts.on(await ask(root.dataset["push"] ?? "")))());
  off.addEventListener("click", () => {
    void act(async () => {
      const subscription = await subscribed();
      return subscription ? acts.off(subscription) : "";
    })();
  });
  await draw();
  root.hidden = false;
}
