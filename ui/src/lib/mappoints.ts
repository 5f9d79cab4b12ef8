/**
 * Cases as points of `<tc-map data-points>`: those that lie together are one with their number, in the colour of the worst of
 * them; a late one carries «!», one that is about to be «·», so that no colour says it alone. A click shows a small card
 * with the way on; `[data-point="N"]` beside the map are the same cases, and light theirs up.
 */
import type { FeatureCollection, Point } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, LngLatLike, Map as LibreMap, MapGeoJSONFeature } from "maplibre-gl";
import { all, make, one, still, word } from "./dom";

/** As `GET /cases/points` tells it: columns, and differences instead of numbers. */
export interface Told {
  scale: number;
  all: boolean;
  states: string[];
  categories: [string, string, string][];
  seq: number[];
  lat: number[];
  lon: number[];
  category: number[];
  state: number[];
}
interface Case {
  seq: number;
  name: string;
  state: string;
  at: [number, number];
}
interface Card {
  code: string;
  title: string;
  about: string;
  where: string;
  due: string;
  state: string;
  link: string;
}

const POINTS = "points";
const HOT = "hot-point";
/** Nearer than this a heap does not fall apart: it is listed. */
const NEAREST = 16;
const FEW = 12;

function sums(steps: number[]): number[] {
  let sum = 0;
  return steps.map((step) => (sum += step));
}

export class Points {
  readonly #cases: Map<number, Case>;
  #pop: HTMLElement | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly map: LibreMap,
    told: Told,
  ) {
    const [seq, lat, lon] = [sums(told.seq), sums(told.lat), sums(told.lon)];
    this.#cases = new Map(
      seq.map((n, i) => [
        n,
        {
          seq: n,
          name: told.categories[told.category[i] ?? 0]?.[2] ?? "",
          state: told.states[told.state[i] ?? 0] ?? "none",
          at: [(lon[i] ?? 0) / told.scale, (lat[i] ?? 0) / told.scale],
        },
      ]),
    );
    const n = this.#cases.size;
    for (const el of all("[data-points-said]")) {
      el.textContent = told.all
        ? word(`${n} vụ việc có vị trí`, `${n} cases with a position`)
        : word(`${n} vụ việc mới nhất có vị trí`, `the newest ${n} cases with a position`);
    }
    this.#listen();
    this.#beside();
  }

  #data(): FeatureCollection {
    return {
      type: "FeatureCollection",
      features: [...this.#cases.values()].map((c) => ({
        type: "Feature",
        properties: { seq: c.seq, state: c.state },
        geometry: { type: "Point", coordinates: c.at },
      })),
    };
  }

  /** Lays the points over the areas; again after every change of the style. */
  dress(): void {
    const { map } = this;
    if (map.getSource(POINTS)) return;
    const css = getComputedStyle(this.host);
    const get = (name: string): string => css.getPropertyValue(name).trim() || "#888";
    const [good, watch, bad, none] = [get("--jade"), get("--gold"), get("--son"), get("--ink-quiet")];
    const [ground, hot] = [get("--ground"), get("--map-hot")];
    const is = (name: string): ExpressionSpecification => ["case", ["==", ["get", "state"], name], 1, 0];
    const some = (name: string): ExpressionSpecification => [">", ["get", name], 0];
    map.addSource(POINTS, {
      type: "geojson",
      data: this.#data(),
      cluster: true,
      clusterRadius: 38,
      clusterMaxZoom: NEAREST,
      clusterProperties: { bad: ["+", is("bad")], watch: ["+", is("watch")], good: ["+", is("good")] },
    });
    map.addSource(HOT, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    const heap: ExpressionSpecification = ["has", "point_count"];
    const round = { "circle-stroke-color": ground, "circle-stroke-width": 2 };
    const letters = { "text-font": ["Be Vietnam Pro"], "text-allow-overlap": true, "text-size": 12 };
    map.addLayer({
      id: "heaps",
      type: "circle",
      source: POINTS,
      filter: heap,
      paint: {
        ...round,
        "circle-color": ["case", some("bad"), bad, some("watch"), watch, some("good"), good, none],
        "circle-radius": ["step", ["get", "point_count"], 12, 10, 15, 100, 18, 1000, 22],
      },
    });
    map.addLayer({
      id: "heap-counts",
      type: "symbol",
      source: POINTS,
      filter: heap,
      layout: { ...letters, "text-field": ["to-string", ["get", "point_count"]] },
      paint: { "text-color": ground },
    });
    map.addLayer({
      id: "singles",
      type: "circle",
      source: POINTS,
      filter: ["!", heap],
      paint: {
        ...round,
        "circle-color": ["match", ["get", "state"], "bad", bad, "watch", watch, "good", good, none],
        "circle-radius": 9,
      },
    });
    map.addLayer({
      id: "single-marks",
      type: "symbol",
      source: POINTS,
      filter: ["!", heap],
      layout: { ...letters, "text-field": ["match", ["get", "state"], "bad", "!", "watch", "·", ""] },
      paint: { "text-color": ground },
    });
    map.addLayer({
      id: HOT,
      type: "circle",
      source: HOT,
      paint: { "circle-radius": 15, "circle-opacity": 0, "circle-stroke-color": hot, "circle-stroke-width": 3 },
    });
  }

  #listen(): void {
    const { map } = this;
    for (const layer of ["heaps", "singles"]) {
      map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
    }
    map.on("click", (e) => {
      const found = map.queryRenderedFeatures(e.point, { layers: ["heaps", "singles"].filter((l) => map.getLayer(l)) });
      void this.#open(found).catch((error: unknown) => console.info("map: nothing to show of this point", error));
    });
    map.getCanvas().addEventListener("keydown", (e) => {
      if (e.key === "Escape") this.#close();
    });
  }

  async #open(found: MapGeoJSONFeature[]): Promise<void> {
    this.#close();
    const heap = found.find((f) => f.properties["cluster"] === true);
    if (!heap) {
      const cases = found.flatMap((f) => this.#cases.get(Number(f.properties["seq"])) ?? []);
      const [only] = cases;
      if (cases.length > 1) this.#list(cases, cases.length);
      else if (only) await this.#card(only);
      return;
    }
    const source = this.map.getSource<GeoJSONSource>(POINTS);
    if (!source) return;
    const id = Number(heap.properties["cluster_id"]);
    const zoom = await source.getClusterExpansionZoom(id);
    if (zoom <= NEAREST) return this.#near((heap.geometry as Point).coordinates as [number, number], zoom);
    const leaves = await source.getClusterLeaves(id, FEW, 0);
    const cases = leaves.flatMap((f) => this.#cases.get(Number(f.properties?.["seq"])) ?? []);
    this.#list(cases, Number(heap.properties["point_count"]));
  }

  #near(center: LngLatLike, zoom: number): void {
    this.map.easeTo({ center, zoom, duration: still() ? 0 : 300 });
  }

  #close(): void {
    this.#pop?.remove();
    this.#pop = null;
  }

  #raise(state: string): HTMLElement {
    this.#close();
    const pop = (this.#pop = make("div", `tc-map-pop is-${state}`));
    pop.setAttribute("role", "status");
    this.host.append(pop);
    return pop;
  }

  #list(cases: Case[], n: number): void {
    const pop = this.#raise("none");
    pop.append(make("b", "", word(`${n} vụ việc ở đây`, `${n} cases here`)));
    const list = make("ul", "pop-list");
    for (const c of cases) {
      const li = make("li");
      const link = make("a", "link", `${c.name} · ${c.seq}`);
      // A number alone is enough of a code.
      link.href = `/cases/${c.seq}`;
      li.append(link);
      list.append(li);
    }
    pop.append(list);
  }

  async #card(c: Case): Promise<void> {
    const answer = await fetch(`/cases/${c.seq}/card`, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`the card of ${c.seq}: ${answer.status}`);
    const card = (await answer.json()) as Card;
    const pop = this.#raise(card.state);
    const link = make("a", "link", card.title);
    link.href = card.link;
    const title = make("b");
    title.append(link);
    const due = make("p", "state");
    const dot = make("span", "dot");
    dot.setAttribute("aria-hidden", "true");
    due.append(dot, card.due);
    pop.append(title, make("small", "quiet", card.about), due, make("small", "quiet", card.where));
    this.#light(c);
  }

  #light(c: Case | undefined): void {
    const features = c
      ? [{ type: "Feature" as const, properties: {}, geometry: { type: "Point" as const, coordinates: c.at } }]
      : [];
    this.map.getSource<GeoJSONSource>(HOT)?.setData({ type: "FeatureCollection", features });
  }

  /** The list beside the map: what one looks at there is ringed here, and can be gone to. */
  #beside(): void {
    for (const row of all("[data-point]")) {
      const c = this.#cases.get(Number(row.dataset["point"]));
      if (!c) continue;
      for (const kind of ["pointerenter", "focusin"]) row.addEventListener(kind, () => this.#light(c));
      for (const kind of ["pointerleave", "focusout"]) row.addEventListener(kind, () => this.#light(undefined));
      const show = one<HTMLButtonElement>("[data-point-show]", row);
      if (!show) continue;
      show.hidden = false;
      show.addEventListener("click", () => {
        this.host.scrollIntoView({ block: "nearest" });
        this.#near(c.at, NEAREST);
        void this.#card(c).catch((error: unknown) => console.info("map: no card", error));
      });
    }
  }
}
