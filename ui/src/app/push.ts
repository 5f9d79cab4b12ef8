/**
 * Messages about one's reports: the browser shows the receipts of this device and hears how those reports go on. What was told
 * for which subscription stands beside each report, so that a new report, or a new subscription, is told by itself.
 */
import { one, word } from "../lib/dom";
import { panel, subscribed, tell } from "../lib/push";
import { all, get, put } from "./store";

/** That the person wants it, kept where the worker finds it too. */
const WANTED = "tc-push";
const FLAG = "/app/push";

async function wanted(): Promise<boolean> {
  return (await caches.has(WANTED)) && (await (await caches.open(WANTED)).match(FLAG)) !== undefined;
}

/** Tells the server of every receipt that this subscription was not told for; `anew`: of all. Says for how many it is. */
async function watch(subscription: PushSubscription, anew: boolean): Promise<number> {
  const { endpoint } = subscription;
  const sent = (await all()).filter((r) => r.secret && (anew || r.told !== endpoint));
  if (sent.length === 0 && !anew) return 0;
  const receipts = sent.map((r) => r.secret);
  const answer = await tell("/app/push", { subscription: subscription.toJSON(), receipts });
  for (const { key } of sent) {
    const report = await get(key);
    if (report) await put({ ...report, told: endpoint });
  }
  return ((await answer.json()) as { watched: number }).watched;
}

let following = false;

/** Receipts that came since: told, where the person wants it. What fails is tried at the next page. */
export async function follow(subscription?: PushSubscription): Promise<void> {
  // To write down what was told is a change too, and asks for this again.
  if (following || !(await wanted())) return;
  following = true;
  try {
    const mine = subscription ?? (await subscribed());
    if (mine) await watch(mine, false);
  } finally {
    following = false;
  }
}

/** This browser hears of nothing any more; where the server cannot be told, its push service will tell it. */
export async function stop(): Promise<void> {
  if (!(await wanted())) return;
  const mine = await subscribed();
  if (mine) await tell("/app/push/stop", { endpoint: mine.endpoint }).catch(() => mine.unsubscribe());
  await caches.delete(WANTED);
  for (const report of await all()) {
    if (report.told) await put({ ...report, told: "" });
  }
}

export async function begin(): Promise<void> {
  const root = one("[data-push]");
  if (root) {
    await panel(root, {
      async on(subscription) {
        const n = await watch(subscription, true);
        await (await caches.open(WANTED)).put(FLAG, new Response("yes"));
        if (n > 0) return word(`Đã bật cho ${n} phản ánh.`, `On for ${n} reports.`);
        return word(
          "Đã bật cho những phản ánh gửi từ máy này về sau.",
          "On for reports that are sent from this device from now on.",
        );
      },
      async off() {
        await stop();
        return word("Đã tắt báo tin trên máy này.", "Messages on this device are off.");
      },
      mine: wanted,
    });
  }
  await follow();
}
