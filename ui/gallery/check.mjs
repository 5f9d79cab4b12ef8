// npm run gallery:check: every page, both themes, wide and narrow: axe without a violation, nothing inline, nothing
// refused by the policy, nothing wider than the screen; on the wall nothing cut off. Then the islands are used.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { browse } from "./browser.mjs";
import { page as compose, pages } from "./compose.mjs";
import { behave } from "./behave.mjs";
import { serve } from "./serve.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = [];
let server = await serve();
const { port } = server.address();
const restart = async () => {
  const gone = new Promise((done) => server.close(done));
  server.closeAllConnections();
  await gone;
  server = await serve(port);
};
const root = `http://127.0.0.1:${port}/gallery/`;
const { context, close } = await browse();
const tab = await context.newPage();
let here = "";
tab.on("pageerror", (e) => faults.push(`${here}: ${e.message}`));
context.on("page", (p) => p.on("pageerror", (e) => faults.push(`${here}: ${e.message}`)));
tab.on("console", (m) => m.type() === "error" && faults.push(`${here}: ${m.text()}`));
process.env.GALLERY_QUIET = "1";

for (const name of pages()) {
  const html = compose(name);
  for (const [what, pattern] of [
    ["style attribute", /<[^>]+\sstyle\s*=/],
    ["inline script", /<script(?![^>]*\bsrc=)/],
    ["handler attribute", /<[^>]+\son[a-z]+\s*=/],
    ["outside address", /(?:src|href)=["']?(?:https?:)?\/\//],
  ])
    if (pattern.test(html.replace(/<!--[\s\S]*?-->/g, ""))) faults.push(`${name}: ${what}`);
  const sizes =
    name === "wall.html"
      ? [
          [1920, 1080],
          [1366, 768],
          [3840, 2160],
        ]
      : [
          [1440, 900],
          [360, 800],
        ];
  for (const theme of ["paper", "lacquer"])
    for (const [width, height] of sizes) {
      here = `${name} ${theme} ${width}`;
      await tab.setViewportSize({ width, height });
      await tab.goto(`${root}${name}?theme=${theme}`);
      await tab.evaluate(() => document.fonts.ready);
      if (width === 3840) {
        const cut = await tab.evaluate(cutOff);
        faults.push(...cut.map((c) => `${here}: ${c}`));
        continue;
      }
      const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) faults.push(`${here}: wider than the screen by ${over}px`);
      if (name === "wall.html") faults.push(...(await tab.evaluate(cutOff)).map((c) => `${here}: ${c}`));
      await tab.evaluate(axe);
      const { violations } = await tab.evaluate(() =>
        globalThis.axe.run(document, { resultTypes: ["violations"] }),
      );
      for (const v of violations)
        faults.push(
          `${here}: ${v.id}: ${v.nodes
            .map((n) => `${n.target.join(" ")} ${n.any[0]?.message ?? ""}`)
            .slice(0, 4)
            .join(" | ")}`,
        );
    }
}

// In the browser: what on the wall is taller than its box, outside the screen, or scrolls.
function cutOff() {
  const out = [];
  if (
    document.documentElement.scrollHeight > innerHeight ||
    document.documentElement.scrollWidth > innerWidth
  )
    out.push("the wall scrolls");
  for (const el of document.querySelectorAll(".tile, .wall .panel, .wall-foot > *, .wall-right > *")) {
    if (el.scrollHeight > el.clientHeight + 1)
      out.push(
        `cut off by ${el.scrollHeight - el.clientHeight}px: ${el.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}`,
      );
    const box = el.getBoundingClientRect();
    if (box.bottom > innerHeight || box.right > innerWidth)
      out.push(`off the screen: ${el.textContent.trim().slice(0, 30)}`);
  }
  for (const el of document.querySelectorAll(".tile-value, .wall-head > *, .fig-value"))
    if (el.scrollWidth > el.clientWidth + 1) out.push(`too wide: ${el.textContent.trim().slice(0, 30)}`);
  return out;
}

await tab.close();
here = "islands";
delete process.env.GALLERY_QUIET;
faults.push(...(await behave(context, root, restart)));
await close();
server.close();
server.closeAllConnections();
for (const f of faults) console.log(f);
console.log(`${pages().length} pages, ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
