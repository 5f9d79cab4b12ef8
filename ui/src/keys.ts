/**
 * Keys of the desk: everything they do a pointer does too, and nothing happens while somebody types.
 *
 * `data-key="n"` on a link, button, field or summary: the key follows, presses, goes to or opens it; `data-key="g 1"` is two
 * keys in a row. `data-key-name` is what the help calls it, else its own words. `data-row` on a row of a table or list: j, k
 * go through them (↓ ↑ too, once there), o opens, x chooses, a goes to where the case is given to somebody. `data-steps` on
 * the box of steps: 1 to 9 open them, j and k go through them. `data-keys` is the button of the help. In a form Ctrl+Enter sends,
 * Ctrl+Shift+Enter presses `[data-send-next]`; in `form[data-entry]` Enter goes to the next field, and presses the button
 * that `data-enter` of a field names.
 *
 * `a[data-key="u"]` to the list of cases leads to the list as it was seen last in this tab, with its tab, filters and page.
 *
 * Single letters can be turned off in the help, for whoever speaks to their machine; readers of the screen keep their own
 * keys, and hear where j and k lead because the focus goes there.
 */
import { bulk } from "./lib/bulk";
import { all, make, one, word } from "./lib/dom";

const OFF = "tc-keys-off";
const LAST = "tc-keys-row";
const LIST = "tc-cases-list";
const LIST_PATH = "/cases";
/** So long the second of two keys is waited for. */
const PATIENCE = 1_500;

let first = "";
let forget: ReturnType<typeof setTimeout> | undefined;

/** What is kept on this device; a browser that keeps nothing keeps the keys on. */
function kept(store: "local" | "session", key: string, value?: string | null): string | null {
  try {
    const box = store === "local" ? localStorage : sessionStorage;
    if (value === null) box.removeItem(key);
    else if (value !== undefined) box.setItem(key, value);
    return box.getItem(key);
  } catch {
    return null;
  }
}

const off = (): boolean => kept("local", OFF) !== null;

function types(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !["checkbox", "radio", "button", "submit", "reset"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

const shown = (el: HTMLElement): boolean => el.offsetParent !== null;

/** Told to whoever hears the page, and to nobody's eyes: the mark is seen already. */
function say(text: string): void {
  const box = one("[data-keys-said]");
  if (box) box.textContent = text;
}

const FIELDS = "input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled)";

/** Opens a part that is folded and goes to its first field, or to its button. */
function unfold(details: HTMLDetailsElement): void {
  details.open = true;
  const to = one(`:scope form :is(${FIELDS})`, details) ?? one(":scope form button", details);
  (to ?? one("summary", details))?.focus();
}

function press(el: HTMLElement): void {
  if (el instanceof HTMLDetailsElement) return unfold(el);
  if (el.tagName === "SUMMARY" && el.parentElement instanceof HTMLDetailsElement) return unfold(el.parentElement);
  if (el.matches("input, select, textarea")) {
    el.focus();
    if (el instanceof HTMLInputElement) el.select();
    return;
  }
  el.click();
}

/** Where the focus goes in a row. */
const stop = (row: HTMLElement): HTMLElement | null => one("summary", row) ?? one("a[href]", row);
const rows = (): HTMLElement[] => all("[data-row], [data-steps] > details").filter(shown);
const own = (row: HTMLElement | undefined): string => one<HTMLAnchorElement>("a[href]", row ?? document)?.pathname ?? "";

/** The row that had the focus last. */
let lately: Element | null = null;

/** The row with the focus, else the one that had it last, here or before it was opened. */
function here(list: HTMLElement[], remembered = true): number {
  const at = list.findIndex((row) => row.contains(document.activeElement));
  if (at >= 0 || !remembered) return at;
  const before = list.findIndex((row) => row === lately);
  if (before >= 0) return before;
  const last = kept("session", LAST);
  return last ? list.findIndex((row) => own(row) === last) : -1;
}

function go(by: 1 | -1): boolean {
  const list = rows();
  if (list.length === 0) return false;
  const at = here(list, false);
  const from = at >= 0 ? at + by : here(list);
  const row = list[Math.min(Math.max(from, 0), list.length - 1)];
  const to = row && stop(row);
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
  return to !== null;
}

function choose(row: HTMLElement | undefined): boolean {
  const box = row && one<HTMLInputElement>("input[type=checkbox]", row);
  if (!box) return false;
  box.click();
  const n = all<HTMLInputElement>("[data-row] input[type=checkbox]:checked").length;
  say(word(`${n} vụ việc đã chọn`, `${n} cases chosen`));
  return true;
}

/** What a key does to the row one is at. */
function atRow(key: string): boolean {
  const list = rows().filter((row) => row.matches("[data-row]"));
  const row = list[here(list)];
  const link = row && one<HTMLAnchorElement>("a[href]", row);
  if (key === "x") return choose(row);
  if (key === "o" && link) {
    link.click();
    return true;
  }
  if (key === "a" && link) {
    kept("session", LAST, own(row));
    location.assign(`${link.href}#assign`);
    return true;
  }
  if (key === "e") {
    const step = one<HTMLSelectElement>("select[data-bulk]");
    if (!step) return false;
    if (row && !one("[data-row] input[type=checkbox]:checked")) choose(row);
    step.focus();
    return true;
  }
  return false;
}

/** The place where a case is given to somebody: the first step or act that asks for an agency. */
const assigning = (): HTMLDetailsElement | null =>
  all<HTMLDetailsElement>("[data-steps] > details").find((d) => one("select[name=agency]", d)) ?? null;

function named(): { key: string; name: string }[] {
  const list: { key: string; name: string }[] = [];
  if (one("[data-row]")) {
    list.push(
      { key: "j ↓", name: word("Dòng sau", "Next row") },
      { key: "k ↑", name: word("Dòng trước", "Row before") },
      { key: "o Enter", name: word("Mở vụ việc", "Open") },
    );
    if (one("[data-row] input[type=checkbox]"))
      list.push({ key: "x", name: word("Chọn, bỏ chọn", "Choose") });
    if (one("select[data-bulk]"))
      list.push({ key: "e", name: word("Thực hiện một bước với các vụ đã chọn", "Step for the chosen ones") });
    list.push({ key: "a", name: word("Mở để giao đơn vị", "Open to assign") });
  }
  if (one("[data-steps]"))
    list.push({ key: "j k", name: word("Đi qua các bước có thể làm", "Through the steps") });
  for (const el of all("[data-key]").filter(shown)) {
    const name = el.dataset["keyName"] ?? el.innerText.replace(/\s+/g, " ").trim();
    list.push({ key: el.dataset["key"] ?? "", name });
  }
  if (one("form[data-entry]")) list.push({ key: "Enter", name: word("Sang ô tiếp theo", "Next field") });
  if (one("form :is(input, select, textarea)"))
    list.push({ key: "Ctrl+Enter", name: word("Gửi biểu mẫu đang ghi", "Send the form") });
  if (one("[data-send-next]"))
    list.push({ key: "Ctrl+Shift+Enter", name: one("[data-send-next]")?.innerText.trim() ?? "" });
  list.push({ key: "Esc", name: word("Rời ô đang ghi, đóng hộp này", "Leave a field, close this") });
  return list;
}

function help(): void {
  if (one("dialog[open]")) return;
  const dialog = make("dialog", "keys");
  const title = make("h2", "", word("Phím tắt của trang này", "Keys of this page"));
  title.id = "tc-keys-title";
  dialog.setAttribute("aria-labelledby", title.id);
  const list = make("dl", "keys-list");
  for (const { key, name } of named()) {
    const line = make("div");
    const keys = make("dt");
    for (const part of key.split(" ")) keys.append(make("kbd", "", part), " ");
    line.append(keys, make("dd", "", name));
    list.append(line);
  }
  const label = make("label", "check");
  const box = make("input");
  box.type = "checkbox";
  box.checked = !off();
  box.addEventListener("change", () => {
    kept("local", OFF, box.checked ? null : "1");
    mark();
  });
  label.append(
    box,
    word(
      " Dùng phím chữ (tắt nếu bạn điều khiển máy bằng giọng nói)",
      " Use letter keys (turn off if you control by voice)",
    ),
  );
  const close = make("button", "btn main", word("Đóng", "Close"));
  close.type = "button";
  close.onclick = () => dialog.close();
  const buttons = make("div", "btns");
  buttons.append(close);
  dialog.append(title, list, label, buttons);
  const before = document.activeElement;
  dialog.onclose = () => {
    dialog.remove();
    if (before instanceof HTMLElement) before.focus();
  };
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

/** Says the keys to programs that ask; two keys in a row cannot be said so. */
function mark(): void {
  for (const el of all("[data-key]")) {
    const key = el.dataset["key"] ?? "";
    if (off() || key.includes(" ")) el.removeAttribute("aria-keyshortcuts");
    else el.setAttribute("aria-keyshortcuts", key.length === 1 ? key.toUpperCase() : key);
  }
}

/** Esc in a field: back to what it belongs to. What was typed stays. */
function leave(field: HTMLElement): void {
  const details = field.closest("details");
  const summary = details && one("summary", details);
  if (summary) return summary.focus();
  const list = rows();
  const row = list[Math.max(0, here(list))];
  const to = row && stop(row);
  if (to) to.focus();
  else field.blur();
}

/** Enter in a form of many fields. */
function entry(e: KeyboardEvent, field: HTMLElement, form: HTMLFormElement): void {
  if (field instanceof HTMLTextAreaElement || field.matches("button")) return;
  e.preventDefault();
  const button = field.dataset["enter"];
  if (button && field instanceof HTMLInputElement && field.value.trim() !== (field.dataset["looked"] ?? ""))
    return void one<HTMLButtonElement>(`button[name="${CSS.escape(button)}"]`, form)?.click();
  const fields = all(FIELDS, form).filter(shown);
  fields[fields.indexOf(field) + 1]?.focus();
}

function letters(e: KeyboardEvent): boolean {
  const pair = first ? `${first} ${e.key}` : e.key;
  clearTimeout(forget);
  first = "";
  const target = all(`[data-key="${CSS.escape(pair)}"]`).find(shown);
  if (target) {
    press(target);
    return true;
  }
  if (pair !== e.key) return false;
  if (e.key === "?") {
    help();
    return true;
  }
  if (e.key === "j" || e.key === "k") return go(e.key === "j" ? 1 : -1);
  if (one(`[data-key^="${CSS.escape(e.key)} "]`)) {
    first = e.key;
    forget = setTimeout(() => (first = ""), PATIENCE);
    return true;
  }
  const to = e.key === "a" ? assigning() : null;
  if (to) {
    unfold(to);
    return true;
  }
  return atRow(e.key);
}

function hear(e: KeyboardEvent): void {
  if (e.defaultPrevented || e.isComposing || e.keyCode === 229) return;
  const target = e.target instanceof HTMLElement ? e.target : document.body;
  if (target.closest("dialog")) return;
  const form = target.closest("form");
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && form && !e.altKey) {
    const button = e.shiftKey
      ? one<HTMLButtonElement>("[data-send-next]", form)
      : (one<HTMLButtonElement>("button.main:not([type=button])", form) ??
        one<HTMLButtonElement>("button:not([type=button])", form));
    if (!button) return;
    e.preventDefault();
    return button.click();
  }
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "Enter" && form?.matches("[data-entry]")) return entry(e, target, form);
  if (e.key === "Escape" && (types(target) || target.closest("form"))) return leave(target);
  if (types(target)) return;
  if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    if (here(rows(), false) >= 0 && go(e.key === "ArrowDown" ? 1 : -1)) e.preventDefault();
    return;
  }
  if (off()) return;
  if (e.key.length === 1 && letters(e)) e.preventDefault();
}

/** Back to the list leads to the list one came from. */
function back(): void {
  if (location.pathname === LIST_PATH) return void kept("session", LIST, location.search);
  const search = kept("session", LIST);
  if (!search?.startsWith("?")) return;
  for (const link of all<HTMLAnchorElement>(`a[data-key="u"][href="${LIST_PATH}"]`)) link.href = LIST_PATH + search;
}

function begin(): void {
  back();
  bulk();
  const steps = all<HTMLElement>("[data-steps] > details > summary");
  for (const [i, summary] of steps.slice(0, 9).entries()) summary.dataset["key"] ??= String(i + 1);
  const said = make("p", "sr");
  said.dataset["keysSaid"] = "";
  said.setAttribute("role", "status");
  one("main")?.append(said);
  for (const button of all("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", help);
  }
  document.addEventListener("click", (e) => {
    const row = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-row]") : null;
    if (row && e.target instanceof Element && e.target.closest("a[href]")) kept("session", LAST, own(row));
  });
  document.addEventListener("focusin", (e) => {
    const row = e.target instanceof Element ? e.target.closest("[data-row], [data-steps] > details") : null;
    if (row) lately = row;
  });
  document.addEventListener("keydown", hear);
  mark();
  const to = location.hash === "#assign" ? assigning() : null;
  if (to) unfold(to);
}

begin();
