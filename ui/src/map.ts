/**
 * `<tc-map data-src="….geojson" data-values="….json">` around a server-drawn SVG: the same map, to zoom, touch and travel in time.
 *
 * Asks nothing of any other host. If WebGL or the data fails, the SVG stays. The list beside the map is the way for those
 * who use neither pointer nor sight.
 *
 * values: { periods: ["11/2026"], at?, status?: ["101/103"], areas: [{ code, name, href?, values: [{ text, state, word,
 * low?, color?, grade? } | null] }] }, one value and one status for each period; `at` is the period shown first, else the last;
 * `color` only for a statutory palette, `grade` 1–5 by size where nothing is rated. data-bounds="w,s,e,n" overrides the first view.
 *
 * Shapes may carry `label` ([lon, lat]: where the name stands) and the collection `islands` ([{ name, label }]: archipelagos
 * that are named from afar). `[data-map-period]` and `[data-map-status]` beside the map follow the slider.
 *
 * `data-points` is the address of cases to lay over the areas (`lib/mappoints.ts`); then nothing is said of the areas.
 */
import type { Feature, FeatureCollection } from "geojson";
import { LngLatBounds, Map as LibreMap, setWorkerUrl, type GeoJSONSource } from "maplibre-gl";
import { all, icon, make, one, still, word } from "./lib/dom";
import { Points, type Told } from "./lib/mappoints";
import { NAMES, SOURCE, colours, patterns, style } from "./lib/mapstyle";

type Spot = [number, number];
interface Island {
  name: string;
  label: Spot;
}
interface Value {
  text: string;
  state: "good" | "watch" | "bad" | "none";
  word: string;
  low?: boolean;
  color?: string | null;
  grade?: number;
}
interface Area {
  code: string;
  name: string;
  href?: string;
  values: (Value | null)[];
}
interface Values {
  periods: string[];
  at?: number;
  status?: string[];
  areas: Area[];
}

setWorkerUrl(new URL("./map-worker.js", import.meta.url).href);

class TcMap extends HTMLElement {
  #map: LibreMap | null = null;
  #points: Points | null = null;
  #shapes: FeatureCollection | null = null;
  #values: Values = { periods: [], areas: [] };
  #byCode = new Map<string, Area>();
  #at = 0;
  #hot = "";
  #pinned = false;
  #moved = false;
  #pop: HTMLElement | null = null;
  #themes: MutationObserver | null = null;
  /** Puts period and status beside the map into words; nothing where there is no slider. */
  #say = (): void => {};

  connectedCallback(): void {
    if (this.#map) return;
    const seen = new IntersectionObserver(
      (entries) => {
        if (!entries.some((e) => e.isIntersecting)) return;
        seen.disconnect();
        this.#rise().catch((error: unknown) => {
          console.info("map: the drawn one stays", error);
          this.#fall();
        });
      },
      { rootMargin: "200px" },
    );
    seen.observe(this);
  }

  disconnectedCallback(): void {
    document.removeEventListener("tc:told", this.#told);
    this.#fall();
  }

  async #rise(): Promise<void> {
    const { src, values, points } = this.dataset;
    if (!src) return;
    const [shapes, table, told] = await Promise.all([
      read<FeatureCollection>(src),
      values ? read<Values>(values) : null,
      points ? read<Told>(points) : null,
    ]);
    await document.fonts.load("400 24px 'Be Vietnam Pro'", "Xã ễ").catch(() => []);
    if (!this.isConnected) return;
    this.#shapes = shapes;
    if (table) this.#values = table;
    this.#byCode = new Map(this.#values.areas.map((a) => [a.code, a]));
    const last = Math.max(0, this.#values.periods.length - 1);
    this.#at = Math.min(Math.max(0, this.#values.at ?? last), last);

    const box = make("div", "tc-map-canvas");
    this.append(box);
    const c = colours(this);
    const map = (this.#map = new LibreMap({
      container: box,
      style: style(c),
      bounds: this.#bounds(),
      fitBoundsOptions: { padding: 16 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      cooperativeGestures: true,
      fadeDuration: still() ? 0 : 150,
      locale: {
        "Map.Title": this.dataset["wordLabel"] ?? word("Bản đồ tương tác", "Interactive map"),
        "CooperativeGesturesHandler.WindowsHelpText": word(
          "Giữ Ctrl và cuộn để phóng to, thu nhỏ",
          "Hold Ctrl and scroll to zoom",
        ),
        "CooperativeGesturesHandler.MacHelpText": word(
          "Giữ ⌘ và cuộn để phóng to, thu nhỏ",
          "Hold ⌘ and scroll to zoom",
        ),
        "CooperativeGesturesHandler.MobileHelpText": word(
          "Dùng hai ngón tay để di chuyển bản đồ",
          "Use two fingers to move the map",
        ),
      },
    }));
    map.touchZoomRotate.disableRotation();
    // A turned phone or another width shows the whole again, unless somebody looks at a part of it.
    map.on("movestart", (e) => {
      if (e.originalEvent) this.#moved = true;
    });
    map.on("resize", () => {
      if (!this.#moved) map.fitBounds(this.#bounds(), { padding: 16, duration: 0 });
    });
    // A style asks for its pictures as soon as it is read, before anybody could have brought them.
    map.setMissingStyleImageResolver((name) => this.#picture(name));
    await new Promise<void>((done, fail) => {
      map.once("load", () => done());
      map.once("error", (e) => fail(e.error));
    });
    if (told) this.#points = new Points(this, map, told);
    this.#dress();
    this.#controls();
    if (!told) this.#touch();
    this.#slider();
    this.#themes = new MutationObserver(() => this.#redress());
    this.#themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    document.addEventListener("tc:told", this.#told);
    this.classList.add("up");
    // For whoever measures: nothing is left to draw.
    map.once("idle", () => (this.dataset["idle"] = ""));
  }

  /** Something was told: the values anew, the chosen period stays. New periods come with the next page. */
  #told = (): void => {
    const { values } = this.dataset;
    if (!values || !this.#map) return;
    read<Values>(values)
      .then((table) => {
        if (table.periods.join() !== this.#values.periods.join()) return;
        this.#values = table;
        this.#byCode = new Map(table.areas.map((a) => [a.code, a]));
        this.#turned();
      })
      .catch((error: unknown) => console.info("map: values not read again", error));
  };

  #fall(): void {
    this.#themes?.disconnect();
    this.#map?.remove();
    this.#map = null;
    this.#points = null;
    for (const el of all(".tc-map-canvas, .tc-map-zoom, .tc-map-pop", this)) el.remove();
    this.classList.remove("up");
  }

  #bounds(): LngLatBounds {
    const given = this.dataset["bounds"]?.split(",").map(Number);
    if (given?.length === 4 && given.every(Number.isFinite))
      return new LngLatBounds(given as [number, number, number, number]);
    const bounds = new LngLatBounds();
    const walk = (c: unknown): void => {
      if (!Array.isArray(c)) return;
      if (typeof c[0] === "number") bounds.extend(c as [number, number]);
      else c.forEach(walk);
    };
    for (const f of this.#shapes?.features ?? [])
      if ("coordinates" in f.geometry) walk(f.geometry.coordinates);
    return bounds;
  }

  #value(code: string): Value | null {
    return this.#byCode.get(code)?.values[this.#at] ?? null;
  }

  /** A picture of the style, in the colours of the theme. */
  #picture(name: string): void {
    const image = patterns(colours(this))[name];
    if (image && this.#map && !this.#map.hasImage(name)) this.#map.addImage(name, image, { pixelRatio: 2 });
  }

  /** Shapes with the values of the chosen period. */
  #dress(): void {
    if (!this.#map) return;
    this.#fill();
    this.#names();
    this.#points?.dress();
  }

  #redress(): void {
    this.#map?.setStyle(style(colours(this)), { diff: false });
    this.#map?.once("styledata", () => {
      this.#dress();
      this.#light(this.#hot);
    });
  }

  #fill(): void {
    const shapes = this.#shapes;
    if (!shapes) return;
    const features = shapes.features.map((f) => {
      const code = String(f.properties?.["code"] ?? f.id ?? "");
      const v = this.#value(code);
      const kind = !v
        ? this.dataset["values"]
          ? "none"
          : "plain"
        : v.color
          ? "law"
          : v.state === "none"
            ? `told-${v.grade ?? 3}`
            : v.state === "good" && v.low
              ? "low"
              : v.state;
      return { ...f, properties: { code, kind, color: v?.color ?? null } };
    });
    this.#map?.getSource<GeoJSONSource>(SOURCE)?.setData({ type: "FeatureCollection", features });
  }

  /** Another period, or other values of it. */
  #turned(): void {
    this.#fill();
    if (this.#hot) this.#show(this.#hot);
    this.#say();
  }

  /** One name for each area, however many islands it has, and the archipelagos. */
  #names(): void {
    const shapes = this.#shapes as (FeatureCollection & { islands?: Island[] }) | null;
    if (!shapes) return;
    const name = (at: Spot, text: unknown, island: boolean): Feature => ({
      type: "Feature",
      properties: { name: String(text ?? ""), island },
      geometry: { type: "Point", coordinates: at },
    });
    const areas = shapes.features.flatMap((f) => {
      const at = f.properties?.["label"] as Spot | null | undefined;
      return at ? [name(at, f.properties?.["name"], false)] : [];
    });
    const islands = (shapes.islands ?? []).map((i) => name(i.label, i.name, true));
    this.#map
      ?.getSource<GeoJSONSource>(NAMES)
      ?.setData({ type: "FeatureCollection", features: [...areas, ...islands] });
  }

  #controls(): void {
    const box = make("div", "tc-map-zoom");
    const button = (name: string, label: string, act: () => void): void => {
      const b = make("button", "btn s square");
      b.type = "button";
      b.setAttribute("aria-label", label);
      b.append(icon(name));
      b.onclick = act;
      box.append(b);
    };
    const calm = { duration: still() ? 0 : 300 };
    button("plus", this.dataset["wordZoomIn"] ?? word("Phóng to", "Zoom in"), () => {
      this.#moved = true;
      this.#map?.zoomIn(calm);
    });
    button("minus", this.dataset["wordZoomOut"] ?? word("Thu nhỏ", "Zoom out"), () => {
      this.#moved = true;
      this.#map?.zoomOut(calm);
    });
    button("home", word("Xem toàn bộ", "Whole map"), () => {
      this.#moved = false;
      this.#map?.fitBounds(this.#bounds(), { padding: 16, ...calm });
    });
    this.append(box);
  }

  #touch(): void {
    const map = this.#map;
    if (!map) return;
    const code = (e: { features?: { properties: Record<string, unknown> | null }[] }): string =>
      String(e.features?.[0]?.properties?.["code"] ?? "");
    map.on("mousemove", "fill", (e) => {
      map.getCanvas().style.cursor = "pointer";
      if (!this.#pinned) this.#show(code(e));
    });
    map.on("mouseleave", "fill", () => {
      map.getCanvas().style.cursor = "";
      if (!this.#pinned) this.#show("");
    });
    map.on("click", "fill", (e) => {
      this.#pinned = this.#hot !== code(e) || !this.#pinned;
      this.#show(this.#pinned ? code(e) : "");
    });
    map.getCanvas().addEventListener("keydown", (e) => {
      if (e.key !== "Escape") return;
      this.#pinned = false;
      this.#show("");
    });
  }

  #light(code: string): void {
    this.#hot = code;
    if (this.#map?.getLayer("hot")) this.#map.setFilter("hot", ["==", ["get", "code"], code]);
  }

  #show(code: string): void {
    this.#light(code);
    this.#pop?.remove();
    this.#pop = null;
    const shape = this.#shapes?.features.find((f) => f.properties?.["code"] === code);
    if (!code || !shape) return;
    const area = this.#byCode.get(code);
    const value = this.#value(code);
    const state = value?.state ?? "none";
    const pop = (this.#pop = make("div", `tc-map-pop is-${state}`));
    pop.setAttribute("role", "status");
    pop.append(make("b", "", area?.name ?? String(shape.properties?.["name"] ?? code)));
    const line = make("p", "state");
    const dot = make("span", "dot");
    dot.setAttribute("aria-hidden", "true");
    line.append(
      dot,
      value
        ? value.state === "none"
          ? value.text
          : `${value.text} · ${value.word}`
        : word("chưa có số liệu", "no figure"),
    );
    pop.append(line, make("small", "quiet", this.#values.periods[this.#at] ?? ""));
    if (this.#pinned && area?.href) {
      const link = make("a", "link", this.dataset["wordOpen"] ?? word("Xem đơn vị", "Open"));
      link.href = area.href;
      pop.append(link);
    }
    this.append(pop);
  }

  /** `[data-map-time]` beside the map: a range over the periods. */
  #slider(): void {
    const box = one("[data-map-time]", this.closest(".map-box") ?? this);
    const range = box && one<HTMLInputElement>("input[type=range]", box);
    const output = box && one("output", box);
    const { periods } = this.#values;
    if (!box || !range || periods.length < 2) return;
    const page = this.closest("section") ?? box;
    const put = (where: string, text: string | undefined): void => {
      const el = one(where, page);
      if (el && text !== undefined) el.textContent = text;
    };
    range.max = String(periods.length - 1);
    range.value = String(this.#at);
    const say = (): void => {
      const text = periods[this.#at] ?? "";
      if (output) output.textContent = text;
      range.setAttribute("aria-valuetext", text);
      put("[data-map-period]", text);
      put("[data-map-status]", this.#values.status?.[this.#at]);
    };
    range.addEventListener("input", () => {
      this.#at = Number(range.value);
      this.#turned();
    });
    this.#say = say;
    say();
    box.hidden = false;
  }
}

async function read<T>(url: string): Promise<T> {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as T;
}

if (!customElements.get("tc-map")) customElements.define("tc-map", TcMap);
