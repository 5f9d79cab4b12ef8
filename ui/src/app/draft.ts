/**
 * A report that is being written outlives another language, a reload and a look at another page. Its words stay with the tab
 * and go with it; its photos are beside the queue. Once it is sent or queued nothing of it is kept.
 */
import { all, one } from "../lib/dom";
import { type Shot, getDraft, newKey, putDraft, removeDraft, removeDraftsBefore } from "./store";

const KEY = "tc-draft";
/** Photos of a tab that was closed are thrown away after this. */
const LONGEST = 24 * 3_600_000;
const NAMES = ["category", "content", "place", "address", "lat", "lon", "accuracy", "name", "phone", "email"];

interface Kept {
  /** By which its photos are found. */
  key: string;
  fields: Record<string, string>;
  consent: boolean;
  /** Whether the position was tapped on the map. */
  tapped: boolean;
}

export interface Draft {
  /** Fills a form that came empty; says whether the position in it was tapped, and nothing where nothing was kept. */
  restore(): { tapped: boolean } | undefined;
  /** The photos of what was restored. */
  photos(): Promise<Shot[]>;
  keep(tapped: boolean): void;
  keepPhotos(shots: Shot[]): void;
  drop(): void;
}

function read(): Kept | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    return text ? (JSON.parse(text) as Kept) : undefined;
  } catch {
    return undefined;
  }
}

/** A browser that keeps nothing loses it as before. */
function write(kept: Kept | undefined): void {
  try {
    if (kept) sessionStorage.setItem(KEY, JSON.stringify(kept));
    else sessionStorage.removeItem(KEY);
  } catch (error) {
    console.info("the draft is not kept", error);
  }
}

/** What the device keeps is forgotten: the words of this tab too. */
export const forget = (): void => write(undefined);

/** What the server wrote into the form, whatever the browser put there after a reload. */
function empty(form: HTMLFormElement): boolean {
  const typed = "textarea, input:is([type=text], [type=tel], [type=email], :not([type]))";
  return all<HTMLInputElement | HTMLTextAreaElement>(typed, form).every((f) => f.defaultValue === "");
}

function fill(form: HTMLFormElement, name: string, text: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof RadioNodeList) {
    // What the address names was asked for.
    if (!one(`input[name="${name}"][checked]`, form)) field.value = text;
  } else if (field instanceof HTMLSelectElement) {
    if (one("option[selected]:not([value=''])", field)) return;
    field.value = text;
    if (field.selectedIndex < 0) field.value = "";
  } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.value = text;
}

export function draftOf(form: HTMLFormElement): Draft {
  const consent = form.elements.namedItem("consent") as HTMLInputElement;
  let key = "";
  let over = false;
  /** Photos that would be lost if the page went now. */
  let unkept = false;
  let newest: Shot[] = [];
  let writing = Promise.resolve();
  const value = (name: string): string => {
    const field = form.elements.namedItem(name);
    return (field as RadioNodeList | HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | null)?.value ?? "";
  };
  addEventListener("beforeunload", (e) => {
    if (unkept && !over) e.preventDefault();
  });
  removeDraftsBefore(Date.now() - LONGEST).catch((error: unknown) => console.info("old photos stay", error));
  let tappedNow = false;
  const keep = (tapped: boolean): void => {
    tappedNow = tapped;
    if (over) return;
    const fields = Object.fromEntries(NAMES.map((name) => [name, value(name)]).filter(([, text]) => text));
    key ||= newKey();
    write({ key, fields, consent: consent.checked, tapped });
  };
  return {
    restore() {
      const kept = empty(form) ? read() : undefined;
      if (!kept) return undefined;
      key = kept.key;
      for (const name of NAMES) fill(form, name, kept.fields[name] ?? "");
      consent.checked = kept.consent;
      if (["name", "phone", "email"].some((name) => value(name))) consent.closest("details")?.setAttribute("open", "");
      tappedNow = kept.tapped;
      return { tapped: kept.tapped };
    },
    async photos() {
      return key ? ((await getDraft(key))?.shots ?? []) : [];
    },
    keep,
    keepPhotos(shots) {
      if (over) return;
      unkept = shots.length > 0;
      newest = shots;
      keep(tappedNow);
      // One after the other: the last word is the newest.
      writing = writing
        .then(() => (over ? undefined : putDraft({ key, at: Date.now(), shots })))
        .then(() => {
          if (shots === newest) unkept = false;
        })
        .catch((error: unknown) => console.info("the photos of the draft are not kept", error));
    },
    drop() {
      over = true;
      write(undefined);
      if (!key) return;
      void writing.then(() => removeDraft(key)).catch((error: unknown) => console.info("a draft stays", error));
    },
  };
}
