// The emblem as PNG, drawn here: it is nothing but circles, so no library is needed and nothing is kept in the repository.
import { deflateSync } from "node:zlib";

const GROUND = [0x12, 0x3d, 0x30];
const INK = [0xdf, 0xa6, 0x3f];
/** Points of a pixel, each way. */
const FINE = 4;

/** The circles of the drawing; anything else in it is a fault, because it would be missing in the picture. */
function circles(svg) {
  const inside = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/)?.[1] ?? "";
  if (/<(?!circle\b)/.test(inside)) throw new Error("emblem.svg: only circles can be drawn as PNG: adapt png.mjs");
  return [...inside.matchAll(/<circle([^>]*)\/>/g)].map(([, text]) => {
    const of = (name, other) => text.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? other;
    const dashes = of("stroke-dasharray", "").split(" ").map(Number);
    return {
      x: Number(of("cx")),
      y: Number(of("cy")),
      r: Number(of("r")),
      width: of("stroke") === "none" ? 0 : Number(of("stroke-width", "1")),
      filled: of("fill", "none") !== "none",
      dashes: dashes.length === 2 ? dashes : null,
      round: of("stroke-linecap") === "round",
    };
  });
}

function covers(c, x, y) {
  const [dx, dy] = [x - c.x, y - c.y];
  const far = Math.hypot(dx, dy);
  if (c.filled && far <= c.r) return true;
  if (Math.abs(far - c.r) > c.width / 2) return false;
  if (!c.dashes) return true;
  const [on, off] = c.dashes;
  const along = ((Math.atan2(dy, dx) + 2 * Math.PI) % (2 * Math.PI)) * c.r;
  const at = along % (on + off);
  if (at <= on) return true;
  // A round end is half a disc beyond the dash.
  const beyond = Math.min(at - on, on + off - at);
  return c.round && Math.hypot(beyond, far - c.r) <= c.width / 2;
}

function chunk(name, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(name, 4, "latin1");
  data.copy(out, 8);
  let crc = ~0;
  for (const byte of out.subarray(4, 8 + data.length)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  out.writeUInt32BE(~crc >>> 0, 8 + data.length);
  return out;
}

/** A square of `side` pixels in our green, with the emblem on `share` of it. */
export function emblemPng(svg, side, share) {
  const all = circles(svg);
  const box = 48 / share;
  const rows = Buffer.alloc(side * (1 + side * 3));
  for (let py = 0; py < side; py += 1) {
    for (let px = 0; px < side; px += 1) {
      let hit = 0;
      for (let s = 0; s < FINE * FINE; s += 1) {
        const x = ((px + ((s % FINE) + 0.5) / FINE) / side) * box - (box - 48) / 2;
        const y = ((py + (Math.floor(s / FINE) + 0.5) / FINE) / side) * box - (box - 48) / 2;
        if (all.some((c) => covers(c, x, y))) hit += 1;
      }
      const part = hit / (FINE * FINE);
      const at = py * (1 + side * 3) + 1 + px * 3;
      for (let i = 0; i < 3; i += 1) rows[at + i] = Math.round(GROUND[i] + (INK[i] - GROUND[i]) * part);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
