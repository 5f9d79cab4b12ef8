// Build ui/dist: one sheet, the islands, the fonts, the icon sprite, and a manifest with the hash of every file.
//
// All files refer to each other by relative path, so a server may mount the folder at /assets/<manifest.build>/ and
// answer with "immutable": a new build is a new folder name.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { emblemPng } from "./png.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const target = ["es2022", "chrome111", "firefox113", "safari16.4"];

async function sheet() {
  await build({
    absWorkingDir: here,
    entryPoints: ["css/app.css"],
    outfile: "dist/app.css",
    bundle: true,
    minify: true,
    target,
    loader: { ".woff2": "file" },
    assetNames: "fonts/[name]",
    logLevel: "warning",
  });
}

async function islands() {
  const entryPoints = (await readdir(join(here, "src")))
    .filter((f) => /^[a-z-]+\.ts$/.test(f))
    .map((f) => `src/${f}`);
  if (entryPoints.length === 0) return;
  await build({
    absWorkingDir: here,
    entryPoints,
    outdir: "dist",
    bundle: true,
    minify: true,
    format: "esm",
    target,
    legalComments: "linked",
    logLevel: "warning",
  });
}

// MapLibre 6 runs its worker from its own file: no blob: in the policy. Its sheet carries data: images for controls that we
// do not use; they are dropped so that the policy needs no data: either.
async function maplibre() {
  const from = join(here, "node_modules", "maplibre-gl");
  await cp(join(from, "dist", "maplibre-gl-worker.mjs"), join(dist, "map-worker.js"));
  await strip(join(dist, "map-worker.js"), /\n\/\/# sourceMappingURL=.*\s*$/);
  const css = (await readFile(join(from, "dist", "maplibre-gl.css"), "utf8")).replace(
    /background-image:\s*url\((["']?)data:.*?\1\)\s*;?/g,
    "",
  );
  if (css.includes("data:"))
    throw new Error("maplibre-gl.css still holds a data: address: adapt the rule in build.mjs");
  const { code } = await (await import("esbuild")).transform(css, { loader: "css", minify: true });
  await writeFile(join(dist, "map.css"), code);
  await cp(join(from, "LICENSE.txt"), join(dist, "licences", "maplibre-gl.txt"));
  await cp(
    join(here, "node_modules", "@fontsource", "be-vietnam-pro", "LICENSE"),
    join(dist, "licences", "be-vietnam-pro.txt"),
  );
}

async function strip(file, pattern) {
  await writeFile(file, (await readFile(file, "utf8")).replace(pattern, "\n"));
}

async function sprite() {
  const names = (await readdir(join(here, "icons"))).filter((f) => f.endsWith(".svg")).sort();
  const symbols = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(here, "icons", name), "utf8");
      const [, box, body] = text.match(/viewBox="([^"]+)"[^>]*>([\s\S]*)<\/svg>/) ?? [];
      if (!body) throw new Error(`${name}: not an icon (needs <svg viewBox>)`);
      return `<symbol id="${name.slice(0, -4)}" viewBox="${box}">${body.trim()}</symbol>`;
    }),
  );
  await writeFile(
    join(dist, "icons.svg"),
    `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`,
  );
  const emblem = await readFile(join(here, "icons", "emblem.svg"), "utf8");
  await writeFile(
    join(dist, "icon.svg"),
    emblem.replace("<svg ", '<svg fill="none" stroke="#dfa63f" color="#dfa63f" '),
  );
}

// What a phone puts on its first screen must be PNG.
async function appIcons() {
  const emblem = await readFile(join(here, "icons", "emblem.svg"), "utf8");
  await writeFile(join(dist, "app-192.png"), emblemPng(emblem, 192, 0.86));
  await writeFile(join(dist, "app-512.png"), emblemPng(emblem, 512, 0.86));
  // A mask cuts all but the middle four fifths.
  await writeFile(join(dist, "app-mask-512.png"), emblemPng(emblem, 512, 0.62));
}

async function walk(dir) {
  const out = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) out.push(...(await walk(path)));
    else out.push(path);
  }
  return out.sort();
}

const TYPES = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
  png: "image/png",
  txt: "text/plain; charset=utf-8",
};

async function manifest() {
  const files = {};
  const all = createHash("sha256");
  for (const path of await walk(dist)) {
    const name = relative(dist, path).split(sep).join("/");
    if (name === "manifest.json") continue;
    const bytes = await readFile(path);
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
    all.update(`${name} ${hash}\n`);
    files[name] = {
      hash,
      bytes: bytes.length,
      type: TYPES[name.split(".").pop()] ?? "application/octet-stream",
    };
  }
  await writeFile(
    join(dist, "manifest.json"),
    JSON.stringify({ build: all.digest("hex").slice(0, 12), files }, null, 1) + "\n",
  );
  return files;
}

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, "licences"), { recursive: true });
await sheet();
await islands();
if (existsSync(join(here, "src", "map.ts"))) await maplibre();
await sprite();
await appIcons();
const files = await manifest();
for (const [name, { bytes }] of Object.entries(files)) {
  const gz = /woff2$/.test(name) ? bytes : gzipSync(await readFile(join(dist, name)), { level: 9 }).length;
  console.log(`${name.padEnd(58)} ${String(bytes).padStart(8)} B  ${String(gz).padStart(7)} gz`);
}
console.log(
  `built ${Object.keys(files).length} files into ${relative(process.cwd(), dist) || "."} (${(await stat(dist)).isDirectory() ? "ok" : ""})`,
);
