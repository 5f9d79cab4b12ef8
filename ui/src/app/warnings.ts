/**
 * «Cảnh báo gần tôi»: asks anew from where the person is, and without a network shows the last list with its age. The
 * position leaves the device rounded to about a hundred metres, and is not kept.
 */
import { make, one, word } from "../lib/dom";

interface Warning {
  title: string;
  text: string;
  category: string;
  severity: string;
  state: "bad" | "watch";
  place: string;
  since: string;
  told: { at: string; text: string } | null;
  distance: string | null;
  link: string;
  demo: boolean;
}
interface Told {
  at: string;
  warnings: Warning[];
}

const KEPT = "tc-warnings";
const PATIENCE = 8_000;
const MINUTE = 60_000;

/** «10 phút trước», by the clock of the phone. */
function age(at: string): string {
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(at)) / MINUTE));
  if (minutes < 1) return word("vừa xong", "just now");
  if (minutes < 60) return word(`${minutes} phút trước`, `${minutes} min ago`);
  const hours = Math.round(minutes / 60);
  if (hours < 48) return word(`${hours} giờ trước`, `${hours} h ago`);
  const days = Math.round(hours / 24);
  return word(`${days} ngày trước`, `${days} days ago`);
}

/** A moment by the clocks of Việt Nam, whatever the phone's own says. */
function moment(at: string): string {
  const here = (ms: number): Date => new Date(ms + 7 * 60 * MINUTE);
  const [t, now] = [here(Date.parse(at)), here(Date.now())];
  const two = (n: number): string => String(n).padStart(2, "0");
  const time = `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}`;
  if (t.toISOString().slice(0, 10) === now.toISOString().slice(0, 10)) return time;
  return `${time} ${two(t.getUTCDate())}/${two(t.getUTCMonth() + 1)}/${t.getUTCFullYear()}`;
}

function card(w: Warning): HTMLLIElement {
  const li = make("li", `panel is-${w.state}`);
  const head = make("h2");
  const link = make("a", "", w.title);
  link.href = w.link;
  head.append(link);
  const since = word(`từ ${moment(w.since)}`, `since ${moment(w.since)}`);
  const demo = w.demo ? [word("Số liệu mẫu", "Sample")] : [];
  li.append(
    head,
    make("p", "quiet", [w.category, w.severity, ...demo].join(" · ")),
    make("p", "quiet", [w.distance, w.place, since].filter(Boolean).join(" · ")),
  );
  // The title is the beginning of the text, and is not said twice.
  const rest = (w.text.startsWith(w.title) ? w.text.slice(w.title.length) : w.text).trim();
  if (rest) li.append(make("p", "words", rest));
  if (w.told) li.append(make("p", "words", `${moment(w.told.at)}: ${w.told.text}`));
  return li;
}

function kept(): Told | undefined {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "") as Told;
  } catch {
    return undefined;
  }
}

export async function begin(): Promise<void> {
  const list = one("[data-warn-list]");
  const line = one("[data-warn-at]");
  const near = one<HTMLButtonElement>("[data-warn-near]");
  if (!list || !line) return;
  const none = one("[data-warn-none]");

  const show = (told: Told): void => {
    list.replaceChildren(...told.warnings.map(card));
    if (none) none.hidden = told.warnings.length > 0;
    line.dataset["warnAt"] = told.at;
  };
  /** The list that is there, and how old it is. */
  const offline = (): void => {
    const last = kept();
    if (last && Date.parse(last.at) >= Date.parse(line.dataset["warnAt"] ?? "")) show(last);
    const at = line.dataset["warnAt"] ?? "";
    line.textContent = word(
      `Không có mạng. Danh sách lúc ${moment(at)} (${age(at)}), có thể đã đổi.`,
      `No network. The list of ${moment(at)} (${age(at)}); it may have changed.`,
    );
    line.classList.add("is-old");
  };
  // An answer that comes after a later question is passed over.
  let turn = 0;
  const ask = async (from: string): Promise<void> => {
    turn += 1;
    const own = turn;
    try {
      const answer = await fetch(`/api/v1/warnings${from}`, {
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = (await answer.json()) as Told;
      if (own !== turn) return;
      localStorage.setItem(KEPT, JSON.stringify(told));
      show(told);
      line.classList.remove("is-old");
      line.textContent = word(`Cập nhật lúc ${moment(told.at)}`, `As of ${moment(told.at)}`);
    } catch {
      if (own === turn) offline();
    }
  };

  if (near && "geolocation" in navigator) {
    near.hidden = false;
    near.addEventListener("click", () => {
      near.disabled = true;
      const done = (): void => void (near.disabled = false);
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const [lat, lng] = [coords.latitude.toFixed(3), coords.longitude.toFixed(3)];
          void ask(`?lat=${lat}&lng=${lng}`).finally(done);
        },
        () => {
          done();
          line.textContent = word(
            "Máy không cho biết vị trí. Hãy chọn xã, phường.",
            "The device tells no position. Choose a commune.",
          );
        },
        { timeout: 15_000, maximumAge: 5 * MINUTE },
      );
    });
  }
  addEventListener("offline", offline);
  addEventListener("online", () => void ask(location.search));
  await ask(location.search);
}
