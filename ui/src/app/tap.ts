/** A position by tapping the communes: each tap comes nearer, so that a few of them name a street without a base map. */
import { word } from "../lib/dom";
import { METRES, NS, drawAreas } from "./areas";

export interface Spot {
  lat: number;
  lon: number;
  accuracy: number;
}

export interface TapMap {
  /** Puts the dot where the position came from elsewhere, and goes there; away with it where the map does not reach. */
  show(spot: Spot): void;
}

/** Each tap shows a third of what was shown. */
const CLOSER = 3;
/** Degrees across, below which it comes no nearer. */
const NEAREST = 0.004;
/** A fingertip is so many pixels off. */
const FINGER = 12;
/** A position from elsewhere is shown in a part so many times as wide as it may be off. */
const ROUND = 30;

export async function tapMap(box: HTMLElement, url: string, told: (spot: Spot) => void): Promise<TapMap> {
  const label = word("Bản đồ xã, phường: chạm để chọn vị trí", "Communes: tap to choose a position");
  const areas = await drawAreas(box, url, label);
  const pin = document.createElementNS(NS, "circle");
  pin.setAttribute("class", "pin");
  areas.svg.append(pin);
  const size = (): void => pin.setAttribute("r", String(areas.pixel() * 6));
  const put = (x: number, y: number): void => {
    pin.setAttribute("cx", String(x));
    pin.setAttribute("cy", String(y));
    pin.removeAttribute("hidden");
  };
  // Before the first tap there is nothing to show.
  pin.setAttribute("hidden", "");
  areas.moved(size);
  areas.svg.addEventListener("click", (e) => {
    const matrix = areas.svg.getScreenCTM();
    if (!matrix) return;
    const { x, y } = new DOMPoint(e.clientX, e.clientY).matrixTransform(matrix.inverse());
    put(x, y);
    told({ ...areas.back(x, y), accuracy: Math.ceil(FINGER * areas.pixel() * METRES) });
    if (areas.width() > NEAREST) areas.nearer(x, y, CLOSER);
    size();
  });
  return {
    show({ lat, lon, accuracy }) {
      const { x, y } = areas.flat(lat, lon);
      areas.whole();
      const all = areas.svg.viewBox.baseVal;
      const off = x < all.x || y < all.y || x > all.x + all.width || y > all.y + all.height;
      pin.toggleAttribute("hidden", off);
      if (off) return;
      put(x, y);
      const times = areas.width() / Math.max(NEAREST, (accuracy / METRES) * ROUND);
      if (times > 1) areas.nearer(x, y, times);
      size();
    },
  };
}
