/** The form of a report: photos that can be taken away again, a position, neighbours, and a queue instead of a lost form. */
import { all as every, icon, make, one, toast, word } from "../lib/dom";
import { draftOf } from "./draft";
import { picture } from "./mine";
import { drain } from "./send";
import { type Report, type Shot, get, newKey, put } from "./store";
import { type Spot, type TapMap, tapMap } from "./tap";

const MOST = 6;
const MOST_BYTES = 15 * 1024 * 1024;
const LONGEST = 5_000;
/** A picture taken so long ago says nothing of where its owner is now. */
const FRESH = 10 * 60_000;
/** A tapped position that may be farther off, in metres, is better tapped again. */
const COARSE = 200;
/** So long the form waits for an answer before it says that the report is queued. */
const PATIENCE = 8_000;

const metres = (n: number): string => `${Math.round(n).toLocaleString(word("vi-VN", "en-GB"))} m`;

const FIELDS: Record<string, string> = {
  case_text: "content",
  case_text_long: "content",
  case_category: "category",
  case_phone: "phone",
  case_place: "place",
  position_outside: "position",
  position_elsewhere: "position",
};

/** Which device this is, for floods alone. */
function device(): string {
  const kept = localStorage.getItem("tc-device");
  if (kept) return kept;
  const made = newKey();
  localStorage.setItem("tc-device", made);
  return made;
}

export async function begin(form: HTMLFormElement): Promise<void> {
  let shots: Shot[] = [];
  let fixing: Report | undefined;
  const value = (name: string): string => {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList) return field.value;
    return (field as HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | null)?.value.trim() ?? "";
  };
  const set = (name: string, text: string): void => {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList) field.value = text;
    else if (field) (field as HTMLInputElement).value = text;
  };
  const tell = (field: string, words: string, advice = false): void => {
    const box = one(`[data-error="${field}"]`, form);
    if (!box) return toast(words, "bad");
    box.textContent = words;
    box.hidden = words === "";
    box.classList.toggle("is-advice", advice);
    const control = form.elements.namedItem(field);
    if (!(control instanceof HTMLElement)) return;
    if (words && !advice) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  };
  /** The same, and brings the person there. */
  const complain = (field: string, words: string): void => {
    tell(field, words);
    const control = form.elements.namedItem(field === "position" ? "address" : field);
    const first = control instanceof RadioNodeList ? control[0] : control;
    if (first instanceof HTMLElement) {
      first.closest("details")?.setAttribute("open", "");
      first.focus();
    }
  };
  const quiet = (): void => every("[data-error]", form).forEach((box) => tell(box.dataset["error"] ?? "", ""));

  form.classList.add("up");

  // What is being written is kept, but for a report that is in the queue already.
  const fix = new URLSearchParams(location.search).get("fix");
  const draft = fix ? undefined : draftOf(form);
  /** Whether the position was tapped, not told by the device. */
  let byTap = false;
  for (const event of ["input", "change"]) form.addEventListener(event, () => draft?.keep(byTap));

  // Photos.
  const list = one("[data-shots]", form);
  const redraw = async (): Promise<void> => {
    if (!list) return;
    const items = await Promise.all(
      shots.map(async (shot, i) => {
        const li = make("li");
        li.append(await picture(shot.blob, 144).catch(() => make("span", "report-photo")));
        const drop = make("button", "btn square s");
        drop.type = "button";
        drop.setAttribute("aria-label", word(`Bỏ ảnh ${i + 1}`, `Remove photo ${i + 1}`));
        drop.append(icon("close"));
        drop.addEventListener("click", () => {
          shots = shots.filter((s) => s !== shot);
          draft?.keepPhotos(shots);
          void redraw();
        });
        li.append(drop);
        return li;
      }),
    );
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
  };
  for (const input of every<HTMLInputElement>('input[type="file"]', form)) {
    input.addEventListener("change", () => {
      tell("photos", "");
      const files = [...(input.files ?? [])];
      input.value = "";
      for (const file of files) {
        if (shots.length >= MOST) tell("photos", word(`Tối đa ${MOST} ảnh.`, `At most ${MOST} photos.`));
        else if (!/^image\/(jpeg|png|webp)$/.test(file.type)) {
          tell("photos", word("Chỉ nhận ảnh JPEG, PNG, WebP.", "Photos are JPEG, PNG or WebP."));
        } else if (file.size > MOST_BYTES) tell("photos", word("Ảnh nặng hơn 15 MB.", "The photo is over 15 MB."));
        else shots.push({ id: newKey(), blob: file, sent: false });
      }
      draft?.keepPhotos(shots);
      void redraw();
      const fresh = files.some((f) => Date.now() - f.lastModified < FRESH);
      if (fresh && !value("lat")) locate(false);
    });
  }

  // Position.
  const where = one("[data-where]", form);
  const map = one("[data-tap-map]", form);
  let taps: TapMap | undefined;
  /** A position the map has not shown yet: it was drawn later, or was folded. */
  let unseen: Spot | undefined;
  const onMap = (): void => {
    if (!taps || !unseen || map?.hidden) return;
    taps.show(unseen);
    unseen = undefined;
  };
  let latest: Spot | undefined;
  const place = async (spot: Spot, tapped = false, seen = tapped): Promise<void> => {
    latest = spot;
    unseen = seen ? undefined : spot;
    onMap();
    set("lat", spot.lat.toFixed(6));
    set("lon", spot.lon.toFixed(6));
    set("accuracy", String(Math.round(spot.accuracy)));
    byTap = tapped;
    draft?.keep(byTap);
    tell("position", "");
    tell("place", "");
    const coarse = tapped && spot.accuracy > COARSE;
    const say = (name?: string): void => {
      const at = `${spot.lat.toFixed(5)}, ${spot.lon.toFixed(5)}`;
      const words = [`${at} (${word("sai số", "within")} ${metres(spot.accuracy)})`];
      if (name) words.push(name);
      if (coarse) words.push(word("chạm thêm để phóng to cho đúng hơn", "tap again to zoom in"));
      if (where) where.textContent = words.join(" · ");
    };
    say();
    if (!navigator.onLine) return;
    const answer = await fetch(`/api/v1/locate?lat=${spot.lat}&lon=${spot.lon}`).catch(() => undefined);
    if (!answer) return;
    const told = (await answer.json()) as {
      title?: string;
      places?: { unit: number; name: string }[];
      sure?: boolean;
    };
    // An answer that comes late does not speak of a newer position.
    if (spot !== latest) return;
    if (!answer.ok || !told.places) return tell("position", told.title ?? "");
    const first = told.places[0];
    if (first) say(first.name);
    if (!told.sure && told.places.length > 1 && !value("place")) {
      const names = told.places.map((p) => p.name).join(", ");
      // It can be sent without: the desk finds the place.
      const ask = word(`Gần ranh giới, hãy chọn giúp: ${names}.`, `Close to a boundary, please choose: ${names}.`);
      tell("place", ask, true);
    }
    await neighbours();
  };
  const locate = (asked: boolean): void => {
    if (!navigator.geolocation) return;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => void place({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy }),
      () => {
        if (asked) tell("position", word("Máy không cho biết vị trí.", "The device tells no position."));
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  };
  const buttons = one("[data-where-buttons]", form);
  if (buttons) buttons.hidden = false;
  one("[data-gps]", form)?.addEventListener("click", () => locate(true));
  const tap = one("[data-tap]", form);
  tap?.addEventListener("click", () => {
    if (!map) return;
    map.hidden = !map.hidden;
    onMap();
    if (map.hidden || map.childElementCount > 0) return;
    tapMap(map, tap.dataset["areas"] ?? "", (spot) => void place(spot, true))
      .then((drawn) => {
        taps = drawn;
        onMap();
      })
      .catch(() => {
        tell("position", word("Chưa tải được bản đồ.", "The map could not be loaded."));
        map.hidden = true;
      });
  });

  // Neighbours.
  const box = one("[data-near]", form);
  const near = one("[data-near-list]", form);
  const neighbours = async (): Promise<void> => {
    const [lat, lon, category] = [value("lat"), value("lon"), value("category")];
    if (!box || !near || !lat || !category || !navigator.onLine) return;
    const answer = await fetch(`/api/v1/reports/near?lat=${lat}&lon=${lon}&category=${category}`).catch(() => undefined);
    if (!answer?.ok) return;
    const { reports } = (await answer.json()) as {
      reports: { code: string; title: string; metres: number; state: string; link: string }[];
    };
    near.replaceChildren(
      ...reports.map((r) => {
        const li = make("li");
        const link = make("a", "", r.title);
        link.href = r.link;
        // Beside the form: in its place what was written would be gone.
        link.target = "_blank";
        link.rel = "noopener";
        const too = make("button", "btn s", word("Tôi cũng gặp", "I met it too"));
        too.type = "button";
        too.addEventListener("click", () => {
          void fetch(`/reports/${r.code}/support`, { method: "POST" }).then((said) => {
            if (!said.ok) return;
            too.disabled = true;
            too.textContent = word("Đã ghi nhận", "Noted");
          });
        });
        li.append(link, make("small", "", `${metres(r.metres)} · ${r.state}`), too);
        return li;
      }),
    );
    box.hidden = reports.length === 0;
  };
  form.addEventListener("change", (e) => {
    if ((e.target as HTMLInputElement).name === "category") void neighbours();
  });

  // What was being written when the page went.
  const before = draft?.restore();
  if (before) {
    const [lat, lon] = [value("lat"), value("lon")];
    if (lat && lon) {
      void place({ lat: Number(lat), lon: Number(lon), accuracy: Number(value("accuracy")) }, before.tapped, false);
    }
    void draft?.photos().then(
      (kept) => {
        if (kept.length === 0) return;
        shots = [...kept, ...shots].slice(0, MOST);
        draft.keepPhotos(shots);
        void redraw();
      },
      (error: unknown) => console.info("no photos of the draft", error),
    );
  }

  // A report that was refused, or still waits, is opened again.
  if (fix) fixing = await get(fix).catch(() => undefined);
  if (fixing && fixing.state !== "sent") {
    for (const [name, text] of Object.entries(fixing.body)) {
      if (name === "consent") (form.elements.namedItem("consent") as HTMLInputElement).checked = text === true;
      else if (text !== null && text !== undefined) set(name === "accuracy_m" ? "accuracy" : name, String(text));
    }
    shots = fixing.shots;
    void redraw();
    if (fixing.fault) complain(FIELDS[fixing.fault.code] ?? "top", fixing.fault.title);
  }

  const report = async (): Promise<Report> => {
    const number = (name: string): number | undefined => (value(name) === "" ? undefined : Number(value(name)));
    const chosen = one<HTMLInputElement>('input[name="category"]:checked', form);
    const label = chosen?.parentElement?.textContent?.trim() ?? "";
    const content = value("content");
    const body: Record<string, unknown> = {
      kind: value("kind"),
      category: value("category"),
      title: content === "" ? label : "",
      content,
      address: value("address"),
      lat: number("lat"),
      lon: number("lon"),
      accuracy_m: number("accuracy"),
      place: number("place"),
      happened_ms: fixing?.body["happened_ms"] ?? Date.now(),
      device: device(),
      name: value("name"),
      phone: value("phone"),
      email: value("email"),
      consent: (form.elements.namedItem("consent") as HTMLInputElement).checked,
      channel: "app",
    };
    const first = shots[0];
    const small = first ? await picture(first.blob, 96).catch(() => undefined) : undefined;
    const thumb = await new Promise<Blob | null>((done) =>
      small ? small.toBlob(done, "image/jpeg", 0.8) : done(null),
    );
    return {
      key: fixing?.key ?? newKey(),
      at: fixing?.at ?? Date.now(),
      title: content.split("\n")[0]?.slice(0, 80) || label,
      body,
      shots,
      state: "waiting",
      tries: 0,
      after: 0,
      ...(thumb ? { thumb } : {}),
    };
  };

  const submit = async (): Promise<void> => {
    quiet();
    const content = value("content");
    if ([...content].length > LONGEST) {
      const n = [...content].length;
      return complain("content", word(`Nội dung dài ${n} ký tự, tối đa ${LONGEST}.`, `${n} characters, at most ${LONGEST}.`));
    }
    if (content === "" && !(shots.length > 0 && value("category"))) {
      const why = word(
        "Hãy ghi điều bạn muốn phản ánh, hoặc chụp ảnh và chọn loại.",
        "Say what it is, or take a photo and choose a category.",
      );
      return complain("content", why);
    }
    const kept = await report();
    await put(kept);
    draft?.drop();
    fixing = kept;
    void wake();
    const answered = drain(true);
    await Promise.race([answered, new Promise((late) => setTimeout(late, navigator.onLine ? PATIENCE : 0))]);
    const now = await get(kept.key);
    if (now?.state === "refused" && now.fault) {
      return complain(FIELDS[now.fault.code] ?? "top", now.fault.title);
    }
    location.assign(
      now?.state === "sent" && now.code && now.secret
        ? `/report/${now.code}?k=${encodeURIComponent(now.secret)}`
        : "/app",
    );
  };
  const button = one<HTMLButtonElement>("[data-send]", form);
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    if (!button || button.disabled) return;
    button.disabled = true;
    submit()
      .catch((error: unknown) => {
        // A browser that keeps nothing (private windows of some) still sends, as without script.
        console.info("report: the queue cannot be kept", error);
        const files = new DataTransfer();
        shots.forEach((s, i) => files.items.add(new File([s.blob], `${i}.jpg`, { type: s.blob.type })));
        const input = one<HTMLInputElement>("#photos", form);
        if (input) input.files = files.files;
        draft?.drop();
        form.submit();
      })
      .finally(() => (button.disabled = false));
  });
}

/** Asks the browser to send later even when the page is closed, where it can. */
export async function wake(): Promise<void> {
  const ready = await navigator.serviceWorker?.getRegistration();
  const sync = (ready as unknown as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
  await sync?.register("tc-queue").catch(() => {});
}
