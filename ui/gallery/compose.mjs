// Compose the gallery's pages into gallery/out/ (not kept): a page names its layout in the first line and calls parts and
// drawings by comments, as the templates of the program call their macros:
//   <!-- @page layout="desk" title="Tổng quan" active="overview" -->
//   <!-- @tile name="Y tế" … -->     a part: parts/tile.html with {{name}}, {{state}}, …
//   <!-- @spark seed="3" -->         a drawing: a function of draw.mjs
import { mkdirSync, readFileSync, readdirSync, rmSync, existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as draw from "./draw.mjs";
import { geojson } from "./shapes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const out = join(here, "out");
const DEFAULTS = {
  place: "Thành phố Cần Thơ",
  theme: "paper",
  head: "",
  live: "",
  beside: "",
  note: "",
  badge: "",
  cover: "103/103",
  deltaword: "",
};

const attributes = (text) =>
  Object.fromEntries([...text.matchAll(/([a-z]+)="([^"]*)"/g)].map((m) => [m[1], m[2]]));
const fill = (text, values) => text.replace(/\{\{([a-z]+)\}\}/g, (_, key) => values[key] ?? "");

function expand(text, values) {
  return fill(text, values).replace(/<!-- @([a-z]+)\s*([\s\S]*?)-->/g, (_, name, rest) => {
    const args = { ...attributes(rest) };
    const part = join(here, "parts", `${name}.html`);
    if (existsSync(part))
      return expand(readFileSync(part, "utf8"), {
        ...DEFAULTS,
        ...values,
        body: "",
        id: `${name}-${Math.abs(hash(rest))}`,
        ...args,
      }).trimEnd();
    if (typeof draw[name] !== "function") throw new Error(`no part and no drawing called ${name}`);
    return draw[name](args);
  });
}

const hash = (text) => [...text].reduce((h, c) => (Math.imul(h, 31) + c.codePointAt(0)) | 0, 7) % 100000;

export function page(name, theme) {
  const text = readFileSync(join(here, name), "utf8");
  const [first, rest] = text.match(/^<!-- @page ([\s\S]*?)-->\n/) ?? [];
  const args = { ...DEFAULTS, ...attributes(rest ?? ""), ...(theme ? { theme } : {}) };
  let body = text.slice(first.length);
  const beside = body.match(/\n<!-- beside -->\n([\s\S]*)$/);
  if (beside) {
    body = body.slice(0, beside.index);
    args.beside = `<aside class="beside" aria-label="Thông tin thêm">\n${expand(beside[1], args)}</aside>`;
    args.pageclass = " with-beside";
  }
  args.body = expand(body, args);
  const html = expand(readFileSync(join(here, "parts", `${args.layout}.html`), "utf8"), args);
  return html
    .replace(new RegExp(`data-nav="${args.active}"`, "g"), `aria-current="page"`)
    .replace(/ data-nav="[^"]*"/g, "");
}

export const pages = () =>
  readdirSync(here)
    .filter((f) => f.endsWith(".html"))
    .sort();

/** The middle of an area's first ring, where its name stands. */
function labelled(f) {
  const ring = f.geometry.type === "Polygon" ? f.geometry.coordinates[0] : f.geometry.coordinates[0][0];
  const mean = (i) => ring.reduce((sum, p) => sum + p[i], 0) / ring.length;
  return { ...f, properties: { ...f.properties, label: [mean(0), mean(1)] } };
}

export function composeAll() {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const name of pages()) writeFileSync(join(out, name), page(name));
  const data = draw.values(5);
  writeFileSync(
    join(out, "areas.geojson"),
    JSON.stringify({ type: "FeatureCollection", features: geojson().map(labelled) }),
  );
  writeFileSync(
    join(out, "values.json"),
    JSON.stringify({
      unit: "%",
      periods: ["08/2026", "09/2026", "10/2026", "11/2026"],
      areas: data.map(({ code, name, value, state, low }) => ({
        code,
        name,
        href: "unit.html",
        values: [3, 2, 1, 0].map((back) => {
          const v =
            value === null
              ? null
              : Math.min(100, Math.round((value - back * 0.7 * ((code.charCodeAt(4) % 3) - 1)) * 10) / 10);
          if (v === null) return null;
          const s = v < 70 ? "bad" : v < 85 ? "watch" : "good";
          return {
            text: `${draw.vi(v)} %`,
            state: s,
            word: { good: "đạt", watch: "cần chú ý", bad: "chưa đạt", none: "chưa báo số" }[s],
            low: s === "good" && v < 95,
            color: null,
          };
        }),
        low,
        state,
      })),
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  composeAll();
  console.log(`composed ${pages().length} pages into ${out}`);
}
