/** A list whose rows are chosen for one step: all of them at once, and how many there are. */
import { all, make, one, word } from "./dom";

export function bulk(): void {
  const bar = one("select[data-bulk]")?.closest("fieldset");
  const form = bar?.closest("form");
  const head = form && one("thead tr > :first-child", form);
  if (!bar || !form || !head) return;
  const boxes = (): HTMLInputElement[] => all<HTMLInputElement>("[data-row] input[type=checkbox]", form);
  const every = make("input");
  every.type = "checkbox";
  // Without a name it is not sent.
  every.setAttribute("aria-label", word("Chọn tất cả trên trang này", "Choose all on this page"));
  head.append(every);
  const said = make("span", "quiet");
  bar.append(said);
  const count = (): void => {
    const list = boxes();
    const n = list.filter((box) => box.checked).length;
    every.checked = n > 0 && n === list.length;
    every.indeterminate = n > 0 && n < list.length;
    said.textContent = n ? word(`${n} vụ việc đã chọn`, `${n} ${n === 1 ? "case" : "cases"} chosen`) : "";
  };
  every.addEventListener("change", () => {
    for (const box of boxes()) box.checked = every.checked;
    count();
  });
  form.addEventListener("change", count);
  // A browser that comes back puts the marks where they were.
  addEventListener("pageshow", count);
  count();
}
