/** Every open report on the communes: those that lie together are one dot with their number, which opens to those below. */
import { make, one, word } from "../lib/dom";
import { NS, drawAreas } from "./areas";

/** As `GET /api/v1/reports/map` tells it: columns, and differences instead of numbers. */
interface Told {
  scale: number;
  all: boolean;
  categories: [string, string, string][];
  seq: number[];
  lat: number[];
  lon: number[];
  category: number[];
}
interface Case {
  seq: number;
  x: number;
  y: number;
  name: string;
}

/** Pixels of a cell whose reports are one dot. */
const CELL = 36;
/** So many reports are listed instead of shown nearer. */
const FEW = 12;
const NEAREST = 0.002;

function sums(steps: number[]): number[] {
  let sum = 0;
  return steps.map((step) => (sum += step));
}

function middle(cases: Case[]): { x: number; y: number } {
  const n = cases.length;
  return { x: cases.reduce((sum, c) => sum + c.x, 0) / n, y: cases.reduce((sum, c) => sum + c.y, 0) / n };
}

/** Heaps whose middles are at least `least` from each other, so that no dot hides another. */
function apart(heaps: Case[][], least: number): Case[][] {
  const kept: { x: number; y: number; cases: Case[] }[] = [];
  for (const cases of heaps.sort((a, b) => b.length - a.length)) {
    const at = middle(cases);
    const close = kept.find((k) => Math.hypot(k.x - at.x, k.y - at.y) < least);
    if (close) close.cases.push(...cases);
    else kept.push({ ...at, cases });
  }
  return kept.map((k) => k.cases);
}

async function rise(box: HTMLElement, list: HTMLElement): Promise<void> {
  const label = word("Phản ánh đang xử lý trên bản đồ", "Open reports on the map");
  const [answer, areas] = await Promise.all([
    fetch(box.dataset["points"] ?? ""),
    drawAreas(box, box.dataset["areas"] ?? "", label),
  ]);
  if (!answer.ok) throw new Error(`the map's dots: ${answer.status}`);
  const told = (await answer.json()) as Told;
  const [seqs, lats, lons] = [sums(told.seq), sums(told.lat), sums(told.lon)];
  const cases: Case[] = seqs.map((seq, i) => ({
    seq,
    ...areas.flat((lats[i] ?? 0) / told.scale, (lons[i] ?? 0) / told.scale),
    name: told.categories[told.category[i] ?? 0]?.[2] ?? "",
  }));
  const layer = document.createElementNS(NS, "g");
  areas.svg.append(layer);

  const show = (found: Case[]): void => {
    const items = found.slice(0, FEW * 4).map((c) => {
      const li = make("li");
      // A number alone is enough of a code.
      const link = make("a", "", `${c.name} · ${c.seq}`);
      link.href = `/reports/${c.seq}`;
      li.append(link);
      return li;
    });
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
  };

  const draw = (): void => {
    const unit = areas.pixel();
    const cell = CELL * unit;
    const cells = new Map<string, Case[]>();
    const view = areas.svg.viewBox.baseVal;
    for (const c of cases) {
      if (c.x < view.x || c.y < view.y || c.x > view.x + view.width || c.y > view.y + view.height) continue;
      const key = `${Math.floor(c.x / cell)} ${Math.floor(c.y / cell)}`;
      const here = cells.get(key);
      if (here) here.push(c);
      else cells.set(key, [c]);
    }
    layer.replaceChildren(
      ...apart([...cells.values()], cell).map((here) => {
        const n = here.length;
        const { x, y } = middle(here);
        const dot = document.createElementNS(NS, "g");
        dot.setAttribute("class", "dot-of");
        dot.setAttribute("role", "button");
        dot.setAttribute("tabindex", "0");
        dot.setAttribute("aria-label", word(`${n} phản ánh`, `${n} reports`));
        const round = document.createElementNS(NS, "circle");
        round.setAttribute("cx", String(x));
        round.setAttribute("cy", String(y));
        round.setAttribute("r", String(unit * (n === 1 ? 7 : 9 + Math.min(8, Math.log2(n) * 1.6))));
        dot.append(round);
        if (n > 1) {
          const text = document.createElementNS(NS, "text");
          text.setAttribute("x", String(x));
          text.setAttribute("y", String(y + 4 * unit));
          text.setAttribute("font-size", String(11 * unit));
          text.textContent = String(n);
          dot.append(text);
        }
        const open = (): void => {
          if (n > FEW && areas.width() > NEAREST) areas.nearer(x, y, 3);
          else show(here);
        };
        dot.addEventListener("click", open);
        dot.addEventListener("keydown", (e) => {
          if (e.key !== "Enter" && e.key !== " ") return;
          e.preventDefault();
          open();
        });
        return dot;
      }),
    );
  };
  areas.moved(draw);
  draw();
}

/** A button that brings the map; the drawn one stays until it is there. */
export function begin(): void {
  const box = one("[data-dots]");
  const button = one<HTMLButtonElement>("[data-dots-show]");
  const list = one("[data-dots-list]");
  if (!box || !button || !list) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    box.hidden = false;
    rise(box, list).then(
      () => {
        button.hidden = true;
        one("[data-dots-drawn]")?.setAttribute("hidden", "");
      },
      (error: unknown) => {
        console.info("the drawn map stays", error);
        box.hidden = true;
        button.disabled = false;
      },
    );
  });
}
