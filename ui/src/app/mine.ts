/** «Phản ánh của tôi»: what this device sent and what waits, with how it stands. */
import { all as every, make, one, toast, word } from "../lib/dom";
import { forget as forgetDraft } from "./draft";
import { stop } from "./push";
import { drain } from "./send";
import { type How, type Report, all, changed, clear, put, remove } from "./store";

/** A picture on a canvas: the policy of our pages lets no blob: address be an image. */
export async function picture(blob: Blob, side: number): Promise<HTMLCanvasElement> {
  const canvas = make("canvas", "report-photo");
  canvas.width = canvas.height = side;
  canvas.setAttribute("aria-hidden", "true");
  const bitmap = await createImageBitmap(blob);
  const cut = Math.min(bitmap.width, bitmap.height);
  const g = canvas.getContext("2d");
  g?.drawImage(bitmap, (bitmap.width - cut) / 2, (bitmap.height - cut) / 2, cut, cut, 0, 0, side, side);
  bitmap.close();
  return canvas;
}

function parts(how: string[]): HTMLElement {
  const bar = make("span", "parts");
  bar.setAttribute("aria-hidden", "true");
  for (const part of how) bar.append(make("i", `is-${part}`));
  return bar;
}

/** What is said of a report before the server does. */
function standing(r: Report): { words: string; parts: string[] } {
  const none = ["todo", "todo", "todo", "todo"];
  if (r.state === "refused") {
    return { words: r.fault?.title ?? word("Cần sửa lại", "Needs correcting"), parts: none };
  }
  if (r.state === "waiting") {
    const photos = r.shots.filter((s) => !s.sent).length;
    const words = r.code
      ? word(`Đã gửi chữ, còn ${photos} ảnh chờ mạng`, `Text sent, ${photos} photos wait for a network`)
      : word("Chờ mạng để gửi", "Waits for a network");
    return { words, parts: ["now", "todo", "todo", "todo"] };
  }
  const lost = r.shots.filter((s) => s.fault).map((s) => s.fault);
  const words = r.how?.words ?? word("Đã gửi", "Sent");
  return { words: [words, ...lost].join(" · "), parts: r.how?.parts ?? ["done", "now", "todo", "todo"] };
}

/** `drops`: one that was not sent can be thrown away here. */
async function card(r: Report, drops: boolean): Promise<HTMLLIElement> {
  const li = make("li");
  li.dataset["state"] = r.state;
  const link = make("a", "report-card");
  link.href =
    r.state === "sent" && r.code && r.secret
      ? `/report/${r.code}?k=${encodeURIComponent(r.secret)}`
      : `/report?fix=${r.key}`;
  const photo = r.thumb ? await picture(r.thumb, 96).catch(() => undefined) : undefined;
  const box = make("span", "report-words");
  const { words, parts: how } = standing(r);
  const small = make("small", r.state === "refused" ? "bad" : "", words);
  box.append(make("b", "", r.title), small, parts(how));
  link.append(photo ?? make("span", "report-photo"), box);
  li.append(link);
  if (drops && r.state !== "sent" && !r.code) {
    const drop = make("button", "btn s drop-one", word("Bỏ, không gửi", "Discard"));
    drop.type = "button";
    drop.addEventListener("click", () => {
      if (confirm(word("Bỏ phản ánh chưa gửi này?", "Discard this report, which was not sent?"))) {
        void remove(r.key);
      }
    });
    li.append(drop);
  }
  return li;
}

async function show(): Promise<void> {
  const reports = await all();
  const waiting = reports.filter((r) => r.state === "waiting").length;
  const refused = reports.filter((r) => r.state === "refused").length;
  for (const line of every("[data-queue-line]")) {
    const words: string[] = [];
    if (waiting) words.push(word(`${waiting} phản ánh chờ mạng`, `${waiting} reports wait for a network`));
    if (refused) words.push(word(`${refused} phản ánh cần sửa`, `${refused} reports need correcting`));
    line.textContent = words.join(" · ");
    line.hidden = words.length === 0;
  }
  const section = one("[data-mine]");
  const list = one("[data-mine-list]");
  if (!section || !list) return;
  const most = Number(section.dataset["most"] ?? 5);
  const cards = await Promise.all(reports.slice(0, most).map((r) => card(r, most > 5)));
  list.replaceChildren(...cards);
  const none = one("[data-mine-none]");
  if (none) none.hidden = reports.length > 0;
  for (const button of every<HTMLButtonElement>("[data-export], [data-forget]")) button.hidden = reports.length === 0;
}

/** Asks how those that were sent stand, one after the other. */
async function ask(): Promise<void> {
  const section = one("[data-mine]");
  if (!section || !navigator.onLine) return;
  const sent = (await all()).filter((r) => r.state === "sent" && r.code && r.secret);
  for (const r of sent.slice(0, Math.min(20, Number(section.dataset["most"] ?? 5)))) {
    try {
      const answer = await fetch(`/api/v1/reports/${r.code}`, { headers: { "x-receipt": r.secret ?? "" } });
      if (!answer.ok) continue;
      const { words, state, parts: how, title } = (await answer.json()) as How & { title: string };
      if (r.how?.words === words && r.title === title) continue;
      await put({ ...r, title, how: { words, state, parts: how } });
    } catch {
      return;
    }
  }
}

/** The receipt on this page is kept among «mine», also where the form was sent without script. */
async function keepReceipt(): Promise<void> {
  const box = one("[data-receipt]");
  const { code, secret, title } = box?.dataset ?? {};
  if (!code || !secret) return;
  if (!(await all()).some((r) => r.code === code)) {
    await put({
      key: `receipt:${code}`,
      at: Date.now(),
      title: title ?? code,
      body: {},
      shots: [],
      state: "sent",
      code,
      secret,
      tries: 0,
      after: 0,
    });
  }
  const kept = one("[data-kept]");
  if (kept) kept.hidden = false;
}

/** Messages lead to the look-up by code; the device that keeps the receipt opens the reporter's own page instead. */
async function toOwn(): Promise<void> {
  const code = location.pathname === "/track" && new URLSearchParams(location.search).get("code");
  const own = code ? (await all()).find((r) => r.code === code && r.secret) : undefined;
  if (own) location.replace(`/report/${own.code}?k=${encodeURIComponent(own.secret ?? "")}`);
}

/** On the page of who signed in: the reports of this device can be added to theirs, all at once. */
async function claim(): Promise<void> {
  const form = one<HTMLFormElement>("form[data-claim]");
  const field = form?.elements.namedItem("receipts");
  if (!form || !(field instanceof HTMLInputElement)) return;
  const shown = new Set(every<HTMLAnchorElement>(".report-card").map((card) => card.pathname));
  const own = (await all()).filter((r) => r.code && r.secret && !shown.has(`/report/${r.code}`));
  field.value = own.map((r) => r.secret).join("\n");
  form.hidden = own.length === 0;
}

function mind(): void {
  one("[data-export]")?.addEventListener("click", () => {
    void all().then((reports) => {
      const kept = reports.map(({ shots, thumb: _, ...rest }) => ({ ...rest, photos: shots.length }));
      const text = JSON.stringify(kept, null, 2);
      // The policy lets no blob: address be opened, but one may be downloaded.
      const link = make("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = "phan-anh-cua-toi.json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
  });
  const forget = one("[data-forget]");
  forget?.addEventListener("click", () => {
    if (!confirm(forget.dataset["sure"] ?? "")) return;
    // A device that keeps nothing is told of nothing.
    void stop()
      .catch((error: unknown) => console.info("messages go on", error))
      .then(clear)
      .then(forgetDraft)
      .then(() => toast(word("Đã xóa khỏi máy này.", "Removed from this device."), "good"));
  });
}

export async function begin(): Promise<void> {
  let drawing: Promise<void> | undefined;
  const draw = (): void => {
    drawing = (drawing ?? Promise.resolve()).then(show).catch(() => {});
  };
  changed(draw);
  mind();
  await toOwn();
  await keepReceipt();
  await claim();
  draw();
  await ask();
  addEventListener("online", () => void drain(true).then(ask));
}
