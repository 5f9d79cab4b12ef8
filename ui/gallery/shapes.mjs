// Outlines for the gallery's maps. GALLERY_GEOJSON=file.geojson[.gz] (with `province` = GALLERY_PROVINCE) draws a real place;
// without it a made-up one is drawn. Nothing of either is kept in the repository.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

let cache;
export function areas() {
  cache ??= process.env.GALLERY_GEOJSON
    ? real(process.env.GALLERY_GEOJSON, process.env.GALLERY_PROVINCE ?? "92")
    : invented();
  return cache;
}

export function geojson() {
  if (process.env.GALLERY_GEOJSON)
    return features(process.env.GALLERY_GEOJSON, process.env.GALLERY_PROVINCE ?? "92");
  return invented().map(({ code, name, ring }) => ({
    type: "Feature",
    properties: { code, name },
    geometry: { type: "Polygon", coordinates: [ring.map(([x, y]) => [105.4 + x / 1500, 10.3 - y / 1500])] },
  }));
}

function features(file, province) {
  const raw = readFileSync(file);
  const all = JSON.parse((file.endsWith(".gz") ? gunzipSync(raw) : raw).toString());
  return all.features
    .filter((f) => f.properties.province === province)
    .map((f) => ({
      type: "Feature",
      properties: { code: f.properties.code, name: f.properties.name },
      geometry: f.geometry,
    }));
}

function real(file, province) {
  const list = features(file, province).map((f) => ({
    ...f.properties,
    rings: f.geometry.type === "Polygon" ? f.geometry.coordinates : f.geometry.coordinates.flat(),
  }));
  const all = list.flatMap((a) => a.rings.flat());
  const [w, e] = [Math.min(...all.map((p) => p[0])), Math.max(...all.map((p) => p[0]))];
  const [s, n] = [Math.min(...all.map((p) => p[1])), Math.max(...all.map((p) => p[1]))];
  const kx = Math.cos((((s + n) / 2) * Math.PI) / 180);
  const k = 980 / Math.max((e - w) * kx, n - s);
  const [ox, oy] = [(1000 - (e - w) * kx * k) / 2, (1000 - (n - s) * k) / 2];
  const xy = ([lon, lat]) => [
    Math.round(((lon - w) * kx * k + ox) * 10) / 10,
    Math.round(((n - lat) * k + oy) * 10) / 10,
  ];
  return list.map(({ code, name, rings }) => {
    const drawn = rings.map((ring) => ring.map(xy));
    return {
      code,
      name,
      d: drawn.map((p) => `M${p.map((q) => q.join(" ")).join("L")}Z`).join(""),
      at: middle(drawn[0]),
    };
  });
}

const middle = (ring) => {
  const xs = ring.map((p) => p[0]);
  const ys = ring.map((p) => p[1]);
  return [
    Math.round(xs.reduce((a, b) => a + b) / xs.length),
    Math.round(ys.reduce((a, b) => a + b) / ys.length),
  ];
};

// A country of bent squares between two slanted coasts.
function invented() {
  const bend = (i, j) => [Math.sin(i * 12.9898 + j * 78.233) * 26, Math.cos(i * 39.346 + j * 11.135) * 26];
  const corner = (i, j) => [
    Math.round(90 + i * 68 + j * 16 + bend(i, j)[0]),
    Math.round(40 + j * 80 - i * 14 + 90 + bend(i, j)[1]),
  ];
  const first = [
    "An",
    "Bình",
    "Châu",
    "Đông",
    "Hòa",
    "Lai",
    "Long",
    "Mỹ",
    "Nhơn",
    "Phú",
    "Tân",
    "Thạnh",
    "Trường",
    "Vĩnh",
  ];
  const last = ["Bình", "Đức", "Hải", "Hưng", "Lộc", "Phong", "Quới", "Thành", "Xuân"];
  const out = [];
  for (let j = 0; j < 10; j++)
    for (let i = 0; i < 11; i++) {
      if ((i < 3 && j > 6) || (i > 8 && j < 2) || (i === 0 && j > 4)) continue;
      const ring = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1), corner(i, j)];
      const n = out.length;
      const name =
        n === 60
          ? "Xã Trần Đề (mẫu)"
          : n === 30
            ? "Xã Nhơn Mỹ (mẫu)"
            : `${n % 4 === 0 ? "Phường" : "Xã"} ${first[n % 14]} ${last[(n * 5) % 9]}`;
      out.push({
        code: `M${String(n).padStart(4, "0")}`,
        name,
        ring,
        d: `M${ring.map((p) => p.join(" ")).join("L")}Z`,
        at: middle(ring),
      });
    }
  return out;
}
