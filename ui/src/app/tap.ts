/** A position by tapping the communes: each tap comes nearer, so that three of them name a street without a base map. */
import { make, word } from "../lib/dom";

type Ring = [number, number][];
interface Shapes {
  features: { properties: { name?: string }; geometry: { type: string; coordinates: Ring[] | Ring[][] } }[];
}
export interface Spot {
  lat: number;
  lon: number;
  accuracy: number;
}

const NS = "http://www.w3.org/2000/svg";
/** Each tap shows a third of what was shown. */
const CLOSER = 3;
/** Degrees across, below which it comes no nearer. */
const NEAREST = 0.004;
const METRES = 111_320;

export async function tapMap(box: HTMLElement, url: string, told: (spot: Spot) => void): Promise<void> {
  const shapes = (await (await fetch(url)).json()) as Shapes;
  const rings = shapes.features.map((f) =>
    f.geometry.type === "Polygon" ? (f.geometry.coordinates as Ring[]) : (f.geometry.coordinates as Ring[][]).flat(),
  );
  const lats = rings.flat(2).map((p) => p[1]);
  const middle = (Math.min(...[lats.reduce((a, b) => Math.min(a, b))]) + lats.reduce((a, b) => Math.max(a, b))) / 2;
  const narrow = Math.cos((middle * Math.PI) / 180);
  const flat = ([lon, lat]: [number, number]): [number, number] => [lon * narrow, -lat];
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("role", "application");
  svg.setAttribute("aria-label", word("Bản đồ xã, phường: chạm để chọn vị trí", "Communes: tap to choose a position"));
  for (const area of rings) {
    const path = document.createElementNS(NS, "path");
    let d = "";
    for (const ring of area) {
      for (const [i, p] of ring.entries()) {
        const [x, y] = flat(p);
        [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
        d += `${i ? "L" : "M"}${x.toFixed(5)} ${y.toFixed(5)}`;
      }
      d += "Z";
    }
    path.setAttribute("d", d);
    svg.append(path);
  }
  const pin = document.createElementNS(NS, "circle");
  pin.setAttribute("class", "pin");
  svg.append(pin);
  const whole = { x: x0, y: y0, w: x1 - x0, h: y1 - y0 };
  let seen = { ...whole };
  const look = (): void => {
    svg.setAttribute("viewBox", `${seen.x} ${seen.y} ${seen.w} ${seen.h}`);
    pin.setAttribute("r", String(Math.max(seen.w, seen.h) / 60));
  };
  look();
  svg.addEventListener("click", (e) => {
    const matrix = svg.getScreenCTM();
    if (!matrix) return;
    const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(matrix.inverse());
    pin.setAttribute("cx", String(at.x));
    pin.setAttribute("cy", String(at.y));
    // A fingertip is some twelve pixels off.
    const accuracy = Math.ceil((12 / matrix.a) * METRES);
    told({ lat: -at.y, lon: at.x / narrow, accuracy });
    if (seen.w > NEAREST) {
      seen = { x: at.x - seen.w / CLOSER / 2, y: at.y - seen.h / CLOSER / 2, w: seen.w / CLOSER, h: seen.h / CLOSER };
      look();
    }
  });
  const back = make("button", "btn s", word("Xem cả địa bàn", "Whole place"));
  back.type = "button";
  back.addEventListener("click", () => {
    seen = { ...whole };
    look();
  });
  box.replaceChildren(svg, back);
}
