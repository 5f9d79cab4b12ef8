// The islands in a real browser: what a person does, and what must then be so.
async function until(f, what, faults, limit = 12_000) {
  const end = Date.now() + limit;
  let last;
  while (Date.now() < end) {
    try {
      if (await f()) return true;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  faults.push(`${what}: never so${last ? ` (${last.message})` : ""}`);
  return false;
}

export async function behave(context, root, restart) {
  const faults = [];
  const streams = new Set();
  const watch = (tab) => {
    tab.on("request", (r) => r.url().includes("/live?") && streams.add(tab));
    return tab;
  };
  const text = (tab, selector) =>
    tab.evaluate((s) => document.querySelector(s)?.textContent?.trim() ?? "", selector);

  // One stream for two tabs; the second takes over when the first goes.
  const a = watch(await context.newPage());
  await a.goto(`${root}wall.html`);
  await until(
    async () => (await text(a, "[data-live='wall.today'] .aside")).startsWith("lần"),
    "a fragment is shown",
    faults,
  );
  if ((await text(a, "[data-live-state]")) !== "Đang trực tiếp") faults.push("the state is not told");
  const b = watch(await context.newPage());
  await b.goto(`${root}wall.html`);
  await until(
    async () => (await text(b, "[data-live='wall.today'] .aside")).startsWith("lần"),
    "the second tab is fed by the first",
    faults,
  );
  if (streams.has(b)) faults.push("the second tab opened a stream of its own");
  await a.close();
  let since = "";
  b.on("request", (r) => {
    if (r.url().includes("/live?")) since = new URL(r.url()).searchParams.get("since") ?? "";
  });
  await until(() => streams.has(b), "the second tab takes over", faults);
  await until(() => since !== "", "it goes on from the last id", faults);

  // Layers turn by key.
  await b.bringToFront();
  await b.keyboard.press("ArrowRight");
  await until(
    () =>
      b.evaluate(
        () => document.querySelector("#layer-1").hidden && !document.querySelector("#layer-2").hidden,
      ),
    "the arrow turns the layer",
    faults,
  );
  await b.keyboard.press(" ");
  await until(
    () =>
      b.evaluate(
        () => document.querySelector("[data-rotate-toggle]").getAttribute("aria-pressed") === "true",
      ),
    "space pauses",
    faults,
  );
  const before = await text(b, "[data-clock]");
  await until(
    async () => (await text(b, "[data-clock]")) !== before && /^14:3\d:\d\d$/.test(before),
    "the clock ticks in the server's time",
    faults,
  );

  // The server goes and comes back, first refusing: EventSource gives up on a 503, the page does not.
  const state = () => b.evaluate(() => document.querySelector("[data-live-state]").dataset.state);
  process.env.GALLERY_REFUSE = "1";
  await restart();
  await until(async () => (await state()) === "reconnecting", "the lost stream is told", faults);
  await new Promise((done) => setTimeout(done, 2500));
  delete process.env.GALLERY_REFUSE;
  await until(async () => (await state()) === "live", "the stream comes back by itself", faults, 30_000);
  await b.close();

  // The grid takes a paste, marks what is wrong, undoes.
  const g = await context.newPage();
  await g.setViewportSize({ width: 1440, height: 900 });
  await g.goto(`${root}grid.html`);
  const cell = (row, col) =>
    g.evaluate(
      ([r, c]) => document.querySelectorAll(".grid-entry tbody tr")[r].querySelectorAll("input")[c].value,
      [row, col],
    );
  await g.locator(".grid-entry tbody tr").nth(0).locator("input").nth(0).focus();
  await g.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "1.234,0\t720\r\n698\tabc\r\n");
    document.activeElement.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  });
  if ((await cell(0, 0)) !== "1.234" || (await cell(0, 1)) !== "720" || (await cell(1, 1)) !== "abc")
    faults.push("the paste went wrong");
  if (
    !(await g.evaluate(() =>
      document
        .querySelectorAll(".grid-entry tbody tr")[1]
        .querySelectorAll("input")[1]
        .closest("td")
        .classList.contains("invalid"),
    ))
  )
    faults.push("abc is taken for a number");
  await g.keyboard.press("ArrowDown");
  await g.keyboard.press("Control+z");
  if ((await cell(0, 0)) !== "" || (await cell(0, 1)) !== "711" || (await cell(1, 1)) !== "698")
    faults.push("undo does not give the old values back");
  await g.close({ runBeforeUnload: false });

  // Ask before; theme; filter.
  const f = await context.newPage();
  await f.setViewportSize({ width: 1440, height: 900 });
  await f.goto(`${root}late.html`);
  await f.getByRole("button", { name: "Nhắc tất cả" }).click();
  if (!(await f.evaluate(() => document.querySelector("dialog")?.open)))
    faults.push("no question before sending");
  await f.keyboard.press("Escape");
  await f.locator("[data-filter]").fill("vinh hai");
  if ((await text(f, "[data-filter-count]")) !== "2") faults.push("the filter does not fold Vietnamese");
  await f.getByRole("button", { name: "Tối" }).click();
  if ((await f.evaluate(() => document.documentElement.dataset.theme)) !== "lacquer")
    faults.push("the theme does not change");

  // The map rises over the drawn one, with no outside request; the chart is read by keys.
  const outside = [];
  f.on("request", (r) => {
    if (
      !r.url().startsWith(new URL(root).origin) &&
      !r.url().startsWith("data:") &&
      !r.url().startsWith("blob:")
    )
      outside.push(r.url());
  });
  await f.goto(`${root}indicator.html`);
  await f.locator("tc-map").scrollIntoViewIfNeeded();
  await until(
    () => f.evaluate(() => document.querySelector("tc-map").classList.contains("up")),
    "the interactive map rises",
    faults,
    30_000,
  );
  if (outside.length) faults.push(`asked outside: ${outside.join(" ")}`);
  await f.locator("[data-chart] > svg.wide").focus();
  await f.keyboard.press("End");
  if (!/%/.test(await text(f, ".readout"))) faults.push("the chart cannot be read by keys");
  await f.close();
  return faults;
}
