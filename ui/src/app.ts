/** The citizen's pages: the queue, «mine», the form, the worker. Everything here adds to pages that work without it. */
import { one } from "./lib/dom";
import { begin as dots } from "./app/dots";
import { begin as mine } from "./app/mine";
import { begin as push, follow } from "./app/push";
import { begin as report, wake } from "./app/report";
import { drain, nextIn } from "./app/send";
import { changed } from "./app/store";
import { begin as text } from "./app/text";
import { begin as warnings } from "./app/warnings";

let timer: ReturnType<typeof setTimeout> | undefined;

/** Tries again when the pause is over, as long as something waits. */
async function again(): Promise<void> {
  clearTimeout(timer);
  const pause = await nextIn();
  if (pause === undefined) return;
  timer = setTimeout(() => void drain().finally(() => void again()), pause);
}

async function begin(): Promise<void> {
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/sw.js").catch((error: unknown) => console.info("no worker", error));
  }
  text();
  dots();
  void warnings();
  const form = one<HTMLFormElement>("form[data-report]");
  if (form) await report(form);
  await mine();
  await push().catch((error: unknown) => console.info("no messages to this browser", error));
  changed(() => {
    void again();
    follow().catch((error: unknown) => console.info("told later", error));
  });
  addEventListener("online", () => void drain(true).finally(() => void again()));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void drain(true).finally(() => void again());
  });
  await drain(true);
  await again();
  await wake();
}

begin().catch((error: unknown) => console.info("this device keeps nothing", error));
