/** The look of the interactive map, read from the sheet's custom properties so that both themes and print agree with the drawn SVG. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";

export const SOURCE = "areas";
export const NAMES = "names";
export type Colours = Record<
  "good" | "low" | "watch" | "bad" | "badLine" | "none" | "noneLine" | "edge" | "hot" | "ink" | "halo",
  string
> & { told: string[] };

export function colours(el: Element): Colours {
  const css = getComputedStyle(el);
  const get = (name: string): string => css.getPropertyValue(name).trim() || "#888";
  return {
    good: get("--map-good"),
    low: get("--map-good-low"),
    watch: get("--map-watch"),
    bad: get("--map-bad"),
    badLine: get("--map-bad-line"),
    told: [1, 2, 3, 4, 5].map((n) => get(`--map-told-${n}`)),
    none: get("--map-none"),
    noneLine: get("--map-none-line"),
    edge: get("--map-edge"),
    hot: get("--map-hot"),
    ink: get("--ink"),
    halo: get("--map-edge"),
  };
}

/** `kind` of an area: good, low (good, but in the lower half), watch, bad, told-1 … told-5 (not rated, by size), none (missing), or law with its own `color`. */
export function style(c: Colours): StyleSpecification {
  const kind: ExpressionSpecification = ["get", "kind"];
  const letters = { "text-field": ["get", "name"] as ExpressionSpecification, "text-font": ["Be Vietnam Pro"], "text-padding": 4 };
  const ink = { "text-color": c.ink, "text-halo-color": c.halo, "text-halo-width": 1.4 };
  const layers: LayerSpecification[] = [
    {
      id: "fill",
      type: "fill",
      source: SOURCE,
      paint: {
        "fill-color": [
          "match",
          kind,
          "good",
          c.good,
          "low",
          c.low,
          "watch",
          c.watch,
          "bad",
          c.bad,
          ...c.told.flatMap((colour, n) => [`told-${n + 1}`, colour]),
          "law",
          ["coalesce", ["get", "color"], c.none],
          c.none,
        ],
      },
    },
    {
      id: "bad",
      type: "fill",
      source: SOURCE,
      filter: ["==", kind, "bad"],
      paint: { "fill-pattern": "hatch-bad" },
    },
    {
      id: "none",
      type: "fill",
      source: SOURCE,
      filter: ["==", kind, "none"],
      paint: { "fill-pattern": "dots-none" },
    },
    {
      id: "edge",
      type: "line",
      source: SOURCE,
      paint: { "line-color": c.edge, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.8, 12, 2] },
    },
    {
      id: "hot",
      type: "line",
      source: SOURCE,
      filter: ["==", ["get", "code"], ""],
      paint: { "line-color": c.hot, "line-width": 2.5 },
    },
    // No glyphs in the style: the letters are drawn from the page's own font, nothing is asked of any server.
    {
      id: "names",
      type: "symbol",
      source: NAMES,
      minzoom: 9.2,
      filter: ["!", ["get", "island"]],
      layout: { ...letters, "text-size": 11.5, "text-max-width": 7 },
      paint: ink,
    },
    {
      id: "islands",
      type: "symbol",
      source: NAMES,
      filter: ["get", "island"],
      layout: { ...letters, "text-size": 12.5, "text-max-width": 9, "text-allow-overlap": true },
      paint: ink,
    },
  ];
  return {
    version: 8,
    sources: {
      [SOURCE]: { type: "geojson", data: { type: "FeatureCollection", features: [] }, promoteId: "code" },
      [NAMES]: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    },
    layers,
  };
}

/** Two small repeating pictures, drawn here: a hatch for «chưa đạt», dots for «chưa báo số». */
export function patterns(c: Colours): Record<string, ImageData> {
  return {
    "hatch-bad": paint(16, (g, n) => {
      g.fillStyle = c.bad;
      g.fillRect(0, 0, n, n);
      g.strokeStyle = c.badLine;
      g.lineWidth = 3.2;
      for (const x of [-n, 0, n]) {
        g.beginPath();
        g.moveTo(x, n);
        g.lineTo(x + n, 0);
        g.stroke();
      }
    }),
    "dots-none": paint(14, (g, n) => {
      g.fillStyle = c.none;
      g.fillRect(0, 0, n, n);
      g.fillStyle = c.noneLine;
      g.beginPath();
      g.arc(n / 2, n / 2, 2, 0, Math.PI * 2);
      g.fill();
    }),
  };
}

function paint(size: number, draw: (g: CanvasRenderingContext2D, size: number) => void): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const g = canvas.getContext("2d");
  if (!g) return new ImageData(size, size);
  draw(g, size);
  return g.getImageData(0, 0, size, size);
}
