/** A position by tapping the communes: each tap comes nearer, so that a few of them name a street without a base map. */
import { word } from "../lib/dom";
import { METRES, NS, drawAreas } from "./areas";

export interface Spot {
  lat: number;
  lon: number;
  accuracy: number;
}

/** Each tap shows a third of what was shown. */
const CLOSER = 3;
/** Degrees across, below which it comes no nearer. */
const NEAREST = 0.004;
/** A fingertip is so many pixels off. */
const FINGER = 12;

export async function tapMap(box: HTMLElement, url: string, told: (spot: Spot) => void): Promise<void> {
  const label = word("Bản đồ xã, phường: chạm để chọn vị trí", "Communes: tap to choose a position");
  const areas = await drawAreas(box, url, label);
  const pin = document.createElementNS(NS, "circle");
  pin.setAttribute("class", "pin");
  areas.svg.append(pin);
  const size = (): void => pin.setAttribute("r", String(areas.pixel() * 6));
  areas.moved(size);
  areas.svg.addEventListener("click", (e) => {
    const matrix = areas.svg.getScreenCTM();
    if (!matrix) return;
    const { x, y } = new DOMPoint(e.clientX, e.clientY).matrixTransform(matrix.inverse());
    pin.setAttribute("cx", String(x));
    pin.setAttribute("cy", String(y));
    told({ ...areas.back(x, y), accuracy: Math.ceil(FINGER * areas.pixel() * METRES) });
    if (areas.width() > NEAREST) areas.nearer(x, y, CLOSER);
    size();
  });
}
