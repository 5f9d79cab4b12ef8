/** A+ at once, so that nothing that was typed goes with the page; the server remembers it behind, as without script. */
import { one } from "../lib/dom";

export function begin(): void {
  const form = one<HTMLFormElement>('form[action="/app/text"]');
  const button = form && one<HTMLButtonElement>('button[name="size"]', form);
  if (!form || !button) return;
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const size = button.value;
    const large = size === "large";
    if (large) document.documentElement.dataset["text"] = "large";
    else delete document.documentElement.dataset["text"];
    button.value = large ? "plain" : "large";
    button.setAttribute("aria-pressed", String(large));
    // The cookie is in the answer; the page it leads to is here already.
    const body = new URLSearchParams({ size });
    void fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => undefined);
  });
}
