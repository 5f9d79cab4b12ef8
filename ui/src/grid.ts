/**
 * The entry grid: `<form data-grid>` with `<table class="grid-entry">` of `<input>`. Without script it is a plain form.
 *
 * Paste from Excel (tabs and lines) from the current cell on; ↑ ↓ ← → Enter move; Ctrl+Z / Ctrl+Y undo and redo; a cell that is not
 * a number, or is outside data-min…data-max, is marked with the reason and holds the form back. A cell with data-dash may
 * hold a lone dash, which means something to whoever reads the form.
 */
import { all, one, toast, word } from "./lib/dom";
import { format, parse } from "./lib/number";

/** What a text becomes in a cell: the local form of a number, a lone dash where the cell takes one (`data-dash`), or itself. */
function settled(cell: HTMLInputElement, raw: string): string {
  const text = raw.trim();
  if (cell.dataset["dash"] !== undefined && /^[-−–—]$/.test(text)) return "-";
  const p = parse(text);
  return p.ok && text !== "" ? format(p.value, Number(cell.dataset["decimals"] ?? 6)) : text;
}

type Change = { input: HTMLInputElement; from: string; to: string };

class Grid {
  readonly #rows: HTMLInputElement[][];
  readonly #undo: Change[][] = [];
  readonly #redo: Change[][] = [];
  #before = "";
  #sending = false;

  constructor(private readonly form: HTMLFormElement) {
    this.#rows = all<HTMLTableRowElement>(".grid-entry tbody tr", form)
      .map((r) => all<HTMLInputElement>("input:not([type=hidden])", r))
      .filter((r) => r.length > 0);
    // What the server found wrong stays marked until the cell is edited: the script knows less than the server.
    for (const input of this.#rows.flat()) if (!input.closest("td.invalid")) this.#mark(input);
    form.addEventListener("focusin", (e) => {
      if (!this.#is(e.target)) return;
      this.#before = e.target.value;
      e.target.select();
    });
    form.addEventListener("focusout", (e) => {
      if (this.#is(e.target)) this.#commit(e.target);
    });
    form.addEventListener("input", (e) => {
      if (this.#is(e.target)) this.#mark(e.target);
    });
    form.addEventListener("keydown", (e) => this.#key(e));
    form.addEventListener("paste", (e) => this.#paste(e));
    form.addEventListener("submit", (e) => this.#submit(e));
    form.addEventListener("reset", () => setTimeout(() => this.#rows.flat().forEach((i) => this.#mark(i))));
    addEventListener("beforeunload", (e) => {
      if (!this.#sending && this.#edited() > 0) e.preventDefault();
    });
    this.#count();
  }

  #is(target: EventTarget | null): target is HTMLInputElement {
    return target instanceof HTMLInputElement && this.#rows.some((r) => r.includes(target));
  }

  #place(input: HTMLInputElement): [number, number] {
    const row = this.#rows.findIndex((r) => r.includes(input));
    return [row, this.#rows[row]?.indexOf(input) ?? -1];
  }

  #edited(): number {
    return this.#rows.flat().filter((i) => i.value !== i.defaultValue).length;
  }

  /** One step of history: the cell's text is put in the local form and remembered. */
  #commit(input: HTMLInputElement): void {
    if (parse(input.value).ok) input.value = settled(input, input.value);
    if (input.value !== this.#before) this.#record([{ input, from: this.#before, to: input.value }]);
    this.#before = input.value;
    this.#mark(input);
  }

  #record(changes: Change[]): void {
    if (changes.length === 0) return;
    this.#undo.push(changes);
    this.#redo.length = 0;
  }

  #travel(from: Change[][], to: Change[][], back: boolean): void {
    const active = document.activeElement;
    if (back && this.#is(active) && active.value !== this.#before) {
      active.value = this.#before;
      return this.#mark(active);
    }
    const step = from.pop();
    if (!step) return;
    to.push(step);
    for (const c of step) {
      c.input.value = back ? c.from : c.to;
      this.#mark(c.input);
    }
    step[0]?.input.focus();
    this.#before = step[0]?.input.value ?? "";
  }

  #why(input: HTMLInputElement): string {
    const p = parse(input.value);
    if (!p.ok) return word("Không phải số. Viết như 1.234,5", "Not a number. Write 1.234,5");
    if (p.value === null) return "";
    const { min, max } = input.dataset;
    if (min !== undefined && p.value < Number(min))
      return word(`Nhỏ hơn ${format(Number(min))}`, `Below ${format(Number(min))}`);
    if (max !== undefined && p.value > Number(max))
      return word(`Lớn hơn ${format(Number(max))}`, `Above ${format(Number(max))}`);
    return "";
  }

  #mark(input: HTMLInputElement): void {
    const cell = input.closest("td");
    if (!cell) return;
    const why = this.#why(input);
    cell.classList.toggle("invalid", why !== "");
    cell.classList.toggle("edited", why === "" && input.value !== input.defaultValue);
    let note = one(".why", cell);
    if (!note && why) {
      note = document.createElement("span");
      note.className = "why";
      note.id = `why-${input.name || Math.random().toString(36).slice(2)}`.replace(/[^\w-]/g, "-");
      cell.append(note);
    }
    if (note) note.textContent = why;
    if (why && note) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", note.id);
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
    this.#count();
  }

  #count(): void {
    const bad = all("td.invalid", this.form).length;
    for (const el of all("[data-grid-state]", this.form)) {
      el.textContent = word(
        `${this.#edited()} ô đã sửa · ${bad} ô sai`,
        `${this.#edited()} cells edited · ${bad} wrong`,
      );
      el.classList.toggle("bad", bad > 0);
    }
  }

  #key(e: KeyboardEvent): void {
    const input = e.target;
    if (!this.#is(input)) return;
    if ((e.ctrlKey || e.metaKey) && !e.altKey) {
      const k = e.key.toLowerCase();
      if (k === "z" && !e.shiftKey) this.#travel(this.#undo, this.#redo, true);
      else if (k === "y" || (k === "z" && e.shiftKey)) this.#travel(this.#redo, this.#undo, false);
      else return;
      return e.preventDefault();
    }
    if (e.altKey) return;
    if (e.key === "Escape") {
      input.value = this.#before;
      return this.#mark(input);
    }
    const [row, col] = this.#place(input);
    const [start, end, length] = [input.selectionStart ?? 0, input.selectionEnd ?? 0, input.value.length];
    const whole = start === 0 && end === length;
    let to: HTMLInputElement | undefined;
    if (e.key === "ArrowDown" || (e.key === "Enter" && !e.shiftKey)) to = this.#rows[row + 1]?.[col];
    else if (e.key === "ArrowUp" || e.key === "Enter") to = this.#rows[row - 1]?.[col];
    else if (e.key === "ArrowLeft" && (whole || end === 0)) to = this.#rows[row]?.[col - 1];
    else if (e.key === "ArrowRight" && (whole || start === length)) to = this.#rows[row]?.[col + 1];
    else return;
    e.preventDefault(); // Enter moves; it must not send a half-filled form
    to?.focus();
  }

  #paste(e: ClipboardEvent): void {
    const text = e.clipboardData?.getData("text/plain") ?? "";
    const input = e.target;
    if (!this.#is(input) || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    e.preventDefault();
    const [row, col] = this.#place(input);
    const changes: Change[] = [];
    let lost = 0;
    text
      .replace(/\r\n?/g, "\n")
      .replace(/\n$/, "")
      .split("\n")
      .forEach((line, dr) => {
        line.split("\t").forEach((raw, dc) => {
          const cell = this.#rows[row + dr]?.[col + dc];
          if (!cell || cell.readOnly || cell.disabled) return void (raw.trim() && lost++);
          const to = settled(cell, raw);
          if (to !== cell.value)
            changes.push({ input: cell, from: cell === input ? this.#before : cell.value, to });
        });
      });
    for (const c of changes) {
      c.input.value = c.to;
      this.#mark(c.input);
    }
    this.#record(changes);
    this.#before = input.value;
    const pasted = word(`Đã dán ${changes.length} ô.`, `Pasted ${changes.length} cells.`);
    toast(
      lost
        ? `${pasted} ${word(`${lost} ô nằm ngoài bảng, bỏ qua.`, `${lost} outside the grid, left out.`)}`
        : pasted,
      lost ? "watch" : "good",
    );
  }

  #submit(e: SubmitEvent): void {
    const active = document.activeElement;
    if (this.#is(active)) this.#commit(active);
    for (const input of this.#rows.flat()) this.#mark(input);
    const bad = one<HTMLInputElement>("td.invalid input", this.form);
    if (bad) {
      e.preventDefault();
      bad.focus();
      return toast(
        word("Còn ô sai. Sửa rồi gửi lại.", "Some cells are wrong. Correct them and send again."),
        "bad",
      );
    }
    this.#sending = true;
  }
}

for (const form of all<HTMLFormElement>("form[data-grid]")) new Grid(form);
