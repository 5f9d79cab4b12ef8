/** Forms and lists: ask before, upload with progress, theme, filter a table, print. All work without it. */
import { all, make, one, toast, word } from "./lib/dom";

/** `data-confirm="question"` on a form or a submit button; `data-confirm-ok="Xóa"`, `data-confirm-danger`. */
function confirmations(): void {
  const agreed = new WeakSet<HTMLFormElement>();
  document.addEventListener(
    "submit",
    (e) => {
      const form = e.target;
      if (!(form instanceof HTMLFormElement)) return;
      const source =
        e.submitter?.closest<HTMLElement>("[data-confirm]") ?? form.closest<HTMLElement>("[data-confirm]");
      if (!source || agreed.delete(form)) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      void ask(source).then((yes) => {
        if (!yes) return;
        agreed.add(form);
        form.requestSubmit(e.submitter instanceof HTMLElement ? e.submitter : null);
      });
    },
    true,
  );
}

function ask(source: HTMLElement): Promise<boolean> {
  const { confirm = "", confirmTitle, confirmOk, confirmDanger } = source.dataset;
  const dialog = make("dialog");
  const title = make("h2", "", confirmTitle ?? word("Xác nhận", "Confirm"));
  title.id = "tc-confirm";
  dialog.setAttribute("aria-labelledby", title.id);
  const no = make("button", "btn", word("Thôi", "Cancel"));
  const yes = make(
    "button",
    confirmDanger === undefined ? "btn main" : "btn danger main",
    confirmOk ?? word("Đồng ý", "OK"),
  );
  const buttons = make("div", "btns");
  buttons.append(no, yes);
  dialog.append(title, make("p", "", confirm), buttons);
  document.body.append(dialog);
  return new Promise((done) => {
    no.onclick = () => dialog.close();
    yes.onclick = () => dialog.close("yes");
    dialog.onclose = () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    };
    dialog.showModal();
    (confirmDanger === undefined ? yes : no).focus();
  });
}

/** `<form data-upload>` with `<progress hidden>` and `[data-upload-state]`; `.drop` takes dragged files. */
function uploads(): void {
  for (const form of all<HTMLFormElement>("form[data-upload]")) {
    const field = one<HTMLInputElement>("input[type=file]", form);
    const drop = one(".drop", form);
    drop?.addEventListener("dragover", (e) => {
      e.preventDefault();
      drop.classList.add("over");
    });
    drop?.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop?.addEventListener("drop", (e) => {
      e.preventDefault();
      drop.classList.remove("over");
      if (field && e.dataTransfer?.files.length) field.files = e.dataTransfer.files;
    });
    form.addEventListener("submit", (e) => {
      if (e.defaultPrevented) return;
      e.preventDefault();
      send(form, e.submitter);
    });
  }
}

function send(form: HTMLFormElement, submitter: HTMLElement | null): void {
  const bar = one<HTMLProgressElement>("progress", form);
  const state = one("[data-upload-state]", form);
  const say = (text: string): void => {
    if (state) state.textContent = text;
  };
  const request = new XMLHttpRequest();
  const failed = (): void => {
    submitter?.removeAttribute("disabled");
    if (bar) bar.hidden = true;
    say("");
    toast(
      word("Chưa gửi được. Kiểm tra mạng rồi thử lại.", "Not sent. Check the network and try again."),
      "bad",
    );
  };
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  request.upload.onprogress = (e) => {
    if (!bar || !e.lengthComputable) return;
    bar.hidden = false;
    bar.max = e.total;
    bar.value = e.loaded;
    const percent = Math.floor((e.loaded / e.total) * 100);
    say(
      percent < 100
        ? word(`Đang gửi ${percent} %`, `Sending ${percent} %`)
        : word("Đang đọc tệp…", "Reading the file…"),
    );
  };
  request.onerror = failed;
  request.onload = () => {
    if (request.status >= 500) return failed();
    if (request.responseURL !== form.action) return location.assign(request.responseURL);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const [from, to] = [one("main", page), one("main")];
    if (!from || !to) return failed();
    to.replaceWith(from); // the same page again, with what is wrong in it
    uploads();
    from.focus();
  };
  submitter?.setAttribute("disabled", "");
  request.send(new FormData(form));
}

/** `<form data-switch="theme">`: the new ground at once, the server remembers it behind. */
function switches(): void {
  for (const form of all<HTMLFormElement>("form[data-switch=theme]")) {
    const press = (): void => {
      for (const b of all<HTMLButtonElement>("button", form))
        b.setAttribute("aria-pressed", String(b.value === document.documentElement.dataset["theme"]));
    };
    press();
    form.addEventListener("submit", (e) => {
      const value = e.submitter instanceof HTMLButtonElement ? e.submitter.value : "";
      if (!value) return;
      e.preventDefault();
      document.documentElement.dataset["theme"] = value;
      press();
      void fetch(form.action, {
        method: "POST",
        body: new URLSearchParams({ theme: value }),
        keepalive: true,
      }).catch(() => undefined);
    });
  }
}

const fold = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();

/** `<input data-filter="table-id">` hides rows; "tran de" finds «Trần Đề». */
function filters(): void {
  document.addEventListener("input", (e) => {
    const field = e.target;
    if (!(field instanceof HTMLInputElement) || !field.dataset["filter"]) return;
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of all(`#${CSS.escape(field.dataset["filter"])} :is(tbody tr, li)`)) {
      const text = fold(row.textContent ?? "");
      row.hidden = !words.every((w) => text.includes(w));
      if (!row.hidden) shown++;
    }
    for (const count of all(`[data-filter-count="${CSS.escape(field.dataset["filter"])}"]`))
      count.textContent = String(shown);
  });
}

/** `<button data-fill>` puts the chosen `[data-snippet]` behind what was typed; without a script the form asks. */
function fills(): void {
  document.addEventListener("click", (e) => {
    const button = e.target instanceof Element ? e.target.closest<HTMLButtonElement>("[data-fill]") : null;
    const chosen = button?.form?.elements.namedItem("snippet");
    const field = button?.form?.elements.namedItem("text");
    if (!(chosen instanceof HTMLSelectElement) || !(field instanceof HTMLTextAreaElement)) return;
    const text = one(`[data-snippet="${CSS.escape(chosen.value)}"]`)?.textContent;
    if (!text) return;
    e.preventDefault();
    field.value = [field.value, text].filter(Boolean).join("\n");
    field.focus();
  });
}

document.addEventListener("click", (e) => {
  if (e.target instanceof Element && e.target.closest("[data-print]")) print();
});
document.addEventListener("change", (e) => {
  if (e.target instanceof HTMLSelectElement && e.target.dataset["submit"] !== undefined)
    e.target.form?.requestSubmit();
});
confirmations();
uploads();
switches();
fills();
filters();
