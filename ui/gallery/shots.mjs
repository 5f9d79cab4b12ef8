// Pictures of the gallery into gallery/shots/ (not kept): node gallery/shots.mjs [page …] [--wall|--desk|--phone] [--paper|--lacquer] [--full]
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { browse } from "./browser.mjs";
import { pages } from "./compose.mjs";
import { serve } from "./serve.mjs";

const args = process.argv.slice(2);
const flags = args.filter((a) => a.startsWith("--"));
const wanted = args.filter((a) => !a.startsWith("--"));
const SIZES = {
  wall: [1920, 1080],
  desk: [1440, 900],
  phone: [360, 800],
  small: [1366, 768],
  huge: [3840, 2160],
};
process.env.GALLERY_QUIET ??= "1";
const shots = join(dirname(fileURLToPath(import.meta.url)), "shots");
mkdirSync(shots, { recursive: true });
const server = await serve();
const root = `http://127.0.0.1:${server.address().port}/gallery/`;
const { context, close } = await browse();
const tab = await context.newPage();
tab.on(
  "console",
  (m) => ["error", "warning"].includes(m.type()) && console.log(`  ${m.type()}: ${m.text()}`),
);
tab.on("pageerror", (e) => console.log(`  pageerror: ${e.message}`));
for (const name of wanted.length ? wanted.map((w) => `${w}.html`) : pages()) {
  const wall = name === "wall.html";
  const sizes = Object.keys(SIZES).filter((s) => flags.includes(`--${s}`));
  for (const size of sizes.length ? sizes : wall ? ["wall"] : ["desk", "phone"]) {
    for (const theme of ["paper", "lacquer"].filter(
      (t) =>
        flags.includes(`--${t}`) ||
        (!flags.includes("--paper") && !flags.includes("--lacquer") && t === (wall ? "lacquer" : "paper")),
    )) {
      await tab.setViewportSize({ width: SIZES[size][0], height: SIZES[size][1] });
      await tab.goto(`${root}${name}?theme=${theme}`);
      await tab.evaluate(() => document.fonts.ready);
      await tab.waitForTimeout(name === "map.html" || name === "indicator.html" ? 2500 : 250);
      const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      const file = `${name.slice(0, -5)}-${size}-${theme}.png`;
      await tab.screenshot({
        path: join(shots, file),
        fullPage: flags.includes("--full") || (!wall && size !== "wall"),
      });
      console.log(file, over > 0 ? `OVERFLOWS by ${over}px` : "");
    }
  }
}
await close();
server.close();
