/** The communes of a place as one flat drawing, with a part of it in view: what both maps of the citizen's pages stand on. */
import { make, word } from "../lib/dom";

type Ring = [number, number][];
interface Shapes {
  features: {
    properties: { name?: string; label?: [number, number] | null };
    geometry: { type: string; coordinates: Ring[] | Ring[][] };
  }[];
}

export const NS = "http://www.w3.org/2000/svg";
/** Metres in a unit of the drawing, which is a degree of latitude. */
export const METRES = 111_320;

export interface Areas {
  svg: SVGSVGElement;
  /** Degrees to the drawing's units: east, and south. */
  flat(lat: number, lon: number): { x: number; y: number };
  back(x: number, y: number): { lat: number; lon: number };
  /** How wide the part in view is, in units. */
  width(): number;
  /** Units for a pixel of the screen. */
  pixel(): number;
  /** Comes `times` nearer to a point. */
  nearer(x: number, y: number, times: number): void;
  whole(): void;
  /** Called when another part came into view. */
  moved(hear: () => void): void;
}

export async function drawAreas(box: HTMLElement, url: string, label: string): Promise<Areas> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const { features } = (await answer.json()) as Shapes;
  const areas = features.map(({ geometry: g }) =>
    g.type === "Polygon" ? (g.coordinates as Ring[]) : (g.coordinates as Ring[][]).flat(),
  );
  let [south, north] = [90, -90];
  for (const [, lat] of areas.flat(2)) [south, north] = [Math.min(south, lat), Math.max(north, lat)];
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const flat = (lat: number, lon: number): { x: number; y: number } => ({ x: lon * narrow, y: -lat });
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", label);
  const lands = document.createElementNS(NS, "g");
  lands.setAttribute("aria-hidden", "true");
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const area of areas) {
    let d = "";
    for (const ring of area) {
      for (const [i, [lon, lat]] of ring.entries()) {
        const { x, y } = flat(lat, lon);
        [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
        d += `${i ? "L" : "M"}${x.toFixed(5)} ${y.toFixed(5)}`;
      }
      d += "Z";
    }
    const path = document.createElementNS(NS, "path");
    path.setAttribute("d", d);
    lands.append(path);
  }
  svg.append(lands);
  const names = document.createElementNS(NS, "g");
  names.setAttribute("aria-hidden", "true");
  for (const { properties: p } of features) {
    if (!p.label) continue;
    const { x, y } = flat(p.label[1], p.label[0]);
    const text = document.createElementNS(NS, "text");
    text.setAttribute("class", "area-name");
    text.setAttribute("x", String(x));
    text.setAttribute("y", String(y));
    text.textContent = p.name ?? "";
    names.append(text);
  }
  svg.append(names);
  const all = { x: x0, y: y0, w: x1 - x0, h: y1 - y0 };
  let seen = { ...all };
  const hearers: (() => void)[] = [];
  const look = (): void => {
    svg.setAttribute("viewBox", `${seen.x} ${seen.y} ${seen.w} ${seen.h}`);
    // From afar the names would lie over each other.
    names.toggleAttribute("hidden", seen.w > all.w / 2);
    names.setAttribute("font-size", String(11 / (svg.getScreenCTM()?.a ?? 1)));
    for (const hear of hearers) hear();
  };
  const whole = (): void => {
    seen = { ...all };
    look();
  };
  const out = make("button", "btn s", word("Xem cả địa bàn", "Whole place"));
  out.type = "button";
  out.addEventListener("click", whole);
  box.replaceChildren(svg, out);
  look();
  return {
    svg,
    flat,
    back: (x, y) => ({ lat: -y, lon: x / narrow }),
    width: () => seen.w,
    pixel: () => 1 / (svg.getScreenCTM()?.a ?? 1),
    nearer(x, y, times) {
      seen = { x: x - seen.w / times / 2, y: y - seen.h / times / 2, w: seen.w / times, h: seen.h / times };
      look();
    },
    whole,
    moved: (hear) => void hearers.push(hear),
  };
}
