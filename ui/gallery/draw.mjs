// The SVG that the Rust pages draw, drawn here for the gallery: same elements, same classes, invented numbers.
import { areas } from "./shapes.mjs";

export function random(seed) {
  let s = (Number(seed) * 2654435761) >>> 0 || 1;
  return () => ((s = (Math.imul(s ^ (s >>> 15), 2246822519) + 374761393) >>> 0) >>> 8) / 16777216;
}

export const vi = (n, decimals = 1) =>
  n.toLocaleString("vi-VN", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
const r1 = (n) => Math.round(n * 10) / 10;

function walk(seed, count, from, step, pull = 0.04) {
  const next = random(seed);
  const out = [];
  let v = from;
  for (let i = 0; i < count; i++) {
    v += (next() - 0.5) * step + (from - v) * pull;
    out.push(v);
  }
  return out;
}

export function spark({ seed = 1, state = "", count = 24 }) {
  const ys = walk(seed, Number(count), 14, 7);
  const [lo, hi] = [Math.min(...ys), Math.max(...ys)];
  const pts = ys.map((y, i) => [r1((i * 98) / (ys.length - 1)), r1(26 - ((y - lo) / (hi - lo || 1)) * 22)]);
  const [x, y] = pts.at(-1);
  return (
    `<svg class="spark${state ? ` is-${state}` : ""}" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">` +
    `<path class="spark-line" d="M${pts.map((p) => p.join(" ")).join("L")}"/><path class="spark-line" d="M${x} ${y}h.01" stroke-width="4"/></svg>`
  );
}

export function bars({ seed = 3, count = 24, label = "", w = 520, h = 60, lit = "last" }) {
  const vs = walk(seed, Number(count), 30, 30, 0.2).map((v) => Math.max(120, Math.round(v * 14)));
  const top = Math.max(...vs);
  const step = w / vs.length;
  const rects = vs
    .map((v, i) => {
      const bh = r1((v / top) * (h - 4));
      const month = ((10 + i) % 12) + 1;
      const year = 2024 + Math.floor((10 + i) / 12);
      const now = lit === "last" && i === vs.length - 1;
      return `<rect${now ? ` class="now"` : ""} x="${r1(i * step + step * 0.1)}" y="${r1(h - bh)}" width="${r1(step * 0.8)}" height="${bh}" rx="1.5"><title>${String(month).padStart(2, "0")}/${year}: ${vi(v, 0)}</title></rect>`;
    })
    .join("");
  return `<svg class="bars" viewBox="0 0 ${w} ${h}" preserveAspectRatio="none" role="img" aria-label="${label}">${rects}</svg>`;
}

function lineSvg({ w, h, kind, every, seed, id }) {
  const [left, right, top, bottom] = [34, w > 500 ? 64 : 8, 14, 24];
  const count = 23;
  const vs = walk(seed, count, 94, 9, 0.12).map((v) => Math.min(99.6, r1(v)));
  vs[9] = null;
  vs[17] = 84.2;
  const [lo, hi] = [75, 100];
  const x = (i) => r1(left + ((w - left - right) * i) / (count - 1));
  const y = (v) => r1(top + (h - top - bottom) * (1 - (v - lo) / (hi - lo)));
  const month = (i) => `${String(((i + 0) % 12) + 1).padStart(2, "0")}/${2025 + Math.floor(i / 12)}`;
  const band = (a, b, state) =>
    `<rect class="band is-${state}" x="${left}" y="${y(b)}" width="${w - left - right}" height="${r1(y(a) - y(b))}"/>`;
  const ticks = [75, 80, 85, 90, 95, 100].filter((_, i) => w > 500 || i % 2 === 1);
  let path = "";
  vs.forEach((v, i) => {
    if (v !== null && i < count - 1)
      path += `${path === "" || vs[i - 1] === null ? "M" : "L"}${x(i)} ${y(v)}`;
  });
  const points = vs
    .map((v, i) => {
      if (v === null)
        return `<line class="gap" x1="${x(i)}" x2="${x(i)}" y1="${top}" y2="${h - bottom}" data-label="${month(i)}" data-value="không có số liệu"><title>${month(i)}: không có số liệu</title></line>`;
      const state = v < 85 ? "is-bad" : v < 90 ? "is-watch" : "";
      return `<circle class="point${state ? ` ${state}` : ""}${i === count - 1 ? " est" : ""}" cx="${x(i)}" cy="${y(v)}" r="${w > 500 ? 3.5 : 2.5}" data-label="${month(i)}" data-value="${vi(v)} %" data-note="${i === count - 1 ? "ước, 101/103 báo số" : i < 6 ? "tính lại theo ranh giới mới" : "103/103 báo số"}"><title>${month(i)}: ${vi(v)} %</title></circle>`;
    })
    .join("");
  return `<svg class="${kind}" viewBox="0 0 ${w} ${h}" role="img" aria-labelledby="${id}-t" aria-describedby="${id}-d">
${band(75, 85, "bad")}${band(85, 90, "watch")}${band(90, 100, "good")}
${ticks.map((t) => `<line class="rule" x1="${left}" x2="${w - right}" y1="${y(t)}" y2="${y(t)}"/><text x="${left - 6}" y="${y(t) + 4}" text-anchor="end">${t}</text>`).join("")}
<line class="axis" x1="${left}" x2="${w - right}" y1="${h - bottom}" y2="${h - bottom}"/>
${vs.map((_, i) => (i % every === 0 ? `<text x="${x(i)}" y="${h - 6}" text-anchor="${i === 0 ? "start" : "middle"}">${month(i)}</text>` : "")).join("")}
<line class="break" x1="${x(6)}" x2="${x(6)}" y1="${top}" y2="${h - bottom}"/><text class="break-label" x="${x(6) + 5}" y="${top + 10}">ranh giới mới</text>
<path class="target" d="M${x(0)} ${y(95)}H${x(12)}V${y(97)}H${x(count - 1)}"/>${w > 500 ? `<text class="target-label" x="${w - right + 6}" y="${y(97) + 4}">KH 97 %</text>` : ""}
<path class="line" d="${path}"/><path class="line est" d="M${x(count - 2)} ${y(vs[count - 2])}L${x(count - 1)} ${y(vs[count - 1])}"/>
${points}
</svg>`;
}

export function line({ seed = 7, id = "chart" }) {
  return (
    lineSvg({ w: 760, h: 270, kind: "wide", every: 3, seed, id }) +
    "\n" +
    lineSvg({ w: 340, h: 210, kind: "narrow", every: 6, seed, id })
  );
}

const STATE_WORD = { good: "đạt", watch: "cần chú ý", bad: "chưa đạt", none: "chưa báo số" };

export function values(seed = 5) {
  const next = random(seed);
  return areas().map((area) => {
    const v = r1(100 - Math.pow(next(), 2.9) * 33);
    const missing =
      area.name.includes("Nhơn Mỹ") || area.name.includes("Lai Hoà") || area.name.includes("Lai Hòa");
    const value = missing ? null : area.name.includes("Trần Đề") ? 68.4 : v;
    const state = missing ? "none" : value < 70 ? "bad" : value < 85 ? "watch" : "good";
    return { ...area, value, state, low: state === "good" && value < 95 };
  });
}

// `n`: the pattern's side in the drawing's own units; a map drawn small needs a wider hatch to be seen at all.
export const PATTERNS = (id, n = 9) => `<defs>
<pattern id="${id}-hatch-bad" width="${n}" height="${n}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="${n}" height="${n}"/><line class="hatch-line" x1="0" y1="0" x2="0" y2="${n}" stroke-width="${n / 3}"/></pattern>
<pattern id="${id}-dots-none" width="${n}" height="${n}" patternUnits="userSpaceOnUse"><rect class="none-ground" width="${n}" height="${n}"/><circle class="none-dot" cx="${n / 2}" cy="${n / 2}" r="${n / 7}"/></pattern>
</defs>`;

export function choropleth({ id = "m1", seed = 5, label = "Bản đồ", small = "", on = "" }) {
  const list = values(seed);
  if (on) list.sort((a, b) => Number(a.name.startsWith(on)) - Number(b.name.startsWith(on)));
  const paths = list
    .map(({ code, name, d, value, state, low }) => {
      const fill =
        state === "bad"
          ? ` fill="url(#${id}-hatch-bad)"`
          : state === "none"
            ? ` fill="url(#${id}-dots-none)"`
            : "";
      const text = value === null ? "chưa báo số" : `${vi(value)} %, ${STATE_WORD[state]}`;
      return `<path class="area is-${state}${low ? " low" : ""}${on && name.startsWith(on) ? " on" : ""}"${fill} data-unit="${code}" d="${d}"><title>${name}: ${text}</title></path>`;
    })
    .join("\n");
  const marks = list
    .filter((a) => a.state === "bad")
    .map(
      ({ at: [x, y] }) =>
        `<circle class="spot" cx="${x}" cy="${y}" r="5"/><circle class="pulse" cx="${x}" cy="${y}" r="10"/><circle class="pulse" cx="${x}" cy="${y}" r="15" opacity=".5"/>`,
    )
    .join("");
  return `<svg class="choro" viewBox="0 0 1000 1000" role="img" aria-label="${label}">
${PATTERNS(id, small ? Number(small) : 9)}
<g>${paths}</g>${small ? "" : `<g aria-hidden="true">${marks}</g>`}
</svg>`;
}

export function arealist({ seed = 5, take = 999 }) {
  const items = values(seed)
    .sort((a, b) => (a.value ?? -1) - (b.value ?? -1))
    .slice(0, Number(take));
  return items
    .map(
      ({ name, value, state }) =>
        `<li class="is-${state}"><span class="dot" aria-hidden="true"></span><a href="unit.html">${name}</a> <span class="num">${value === null ? "chưa báo số" : `${vi(value)} %`}</span><span class="sr">, ${STATE_WORD[state]}</span></li>`,
    )
    .join("\n");
}

export function legend({ id = "lg" }) {
  const box = (cls, fill = "") =>
    `<svg viewBox="0 0 60 10" preserveAspectRatio="none" aria-hidden="true"><rect class="area ${cls}"${fill} width="60" height="10"/></svg>`;
  return `<svg class="sr" aria-hidden="true">${PATTERNS(id)}</svg><ul class="legend-scale">
<li>${box("is-bad", ` fill="url(#${id}-hatch-bad)"`)}<b>&lt; 70</b><small>chưa đạt</small></li>
<li>${box("is-watch")}<b>70–85</b><small>chú ý</small></li>
<li>${box("is-good low")}<b>85–95</b><small>đạt</small></li>
<li>${box("is-good")}<b>≥ 95 %</b><small>tốt</small></li>
<li>${box("is-none", ` fill="url(#${id}-dots-none)"`)}<b>–</b><small>chưa báo</small></li>
</ul>`;
}
