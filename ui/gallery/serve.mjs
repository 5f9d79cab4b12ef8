// A static server for the gallery with the program's own Content-Security-Policy, and a pretended /live.
//   node gallery/serve.mjs [port]      compose on each request; no cache
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { composeAll, out, page, pages } from "./compose.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "dist");
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".geojson": "application/geo+json",
};
export const POLICY =
  "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

let counter = 0;
function live(req, res, url) {
  if (process.env.GALLERY_REFUSE) return res.writeHead(503).end();
  res.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "content-security-policy": POLICY,
  });
  res.write("retry: 1000\n\n");
  const topics = url.searchParams.getAll("t");
  const send = () => {
    const n = ++counter;
    if (topics.includes("wall.today")) {
      const html = `<header class="panel-head"><h2 id="today-h">Hôm nay</h2><p class="aside">lần ${n}</p></header><p>Mảnh mới số ${n}</p>`;
      res.write(`id: ${n}\nevent: fragment\ndata: ${JSON.stringify({ topic: "wall.today", html })}\n\n`);
    } else res.write(`id: ${n}\n: nothing\n\n`);
  };
  const timer = url.searchParams.has("quiet") || process.env.GALLERY_QUIET ? null : setInterval(send, 3000);
  req.on("close", () => timer && clearInterval(timer));
}

export function serve(port = 0) {
  composeAll();
  const server = createServer((req, res) => {
    const url = new URL(req.url, "http://localhost");
    try {
      if (url.pathname === "/live") return live(req, res, url);
      if (url.pathname === "/") return res.writeHead(302, { location: "/gallery/" }).end();
      if (url.pathname === "/gallery/") {
        const list = pages()
          .map(
            (p) =>
              `<li><a href="${p}">${p}</a> · <a href="${p}?theme=lacquer">lacquer</a> · <a href="${p}?theme=paper">paper</a></li>`,
          )
          .join("");
        return res
          .writeHead(200, { "content-type": TYPES[".html"] })
          .end(`<!doctype html><meta charset="utf-8"><title>gallery</title><ul>${list}</ul>`);
      }
      const path = normalize(decodeURIComponent(url.pathname));
      const [, top, ...rest] = path.split("/");
      const name = rest.join("/");
      let body;
      if (top === "gallery" && name.endsWith(".html")) body = page(name, url.searchParams.get("theme"));
      else if (top === "gallery") body = readFileSync(join(out, name));
      else if (top === "dist") body = readFileSync(join(dist, name));
      else throw new Error("not here");
      res
        .writeHead(200, {
          "content-type": TYPES[extname(path)] ?? "text/plain",
          "content-security-policy": POLICY,
          "cache-control": "no-store",
        })
        .end(body);
    } catch (error) {
      res.writeHead(404, { "content-type": "text/plain" }).end(String(error.message));
    }
  });
  return new Promise((done) => server.listen(port, "127.0.0.1", () => done(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await serve(Number(process.argv[2] ?? 8123));
  console.log(`http://127.0.0.1:${server.address().port}/gallery/`);
}
