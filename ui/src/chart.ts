/**
 * Read a server-drawn chart point by point: `<figure data-chart>` with `.point` and `.gap` elements that carry
 * `data-label`, `data-value`, `data-note`. Pointer or ← → Home End; the read-out is announced politely.
 */
import { all, make, one, word } from "./lib/dom";

type Mark = SVGGraphicsElement & { dataset: DOMStringMap };

function enliven(figure: HTMLElement): void {
  const readout = make("div", "readout");
  readout.setAttribute("role", "status");
  figure.append(readout);
  const svgs = (): SVGSVGElement[] =>
    all<SVGSVGElement>(":scope > svg", figure).filter((s) => s.getBoundingClientRect().width > 0);
  const marks = (): Mark[] => all<Mark>("[data-label]", svgs()[0]).sort((a, b) => middle(a) - middle(b));
  let at = -1;

  const show = (index: number): void => {
    const list = marks();
    at = Math.max(0, Math.min(list.length - 1, index));
    for (const m of all(".on", figure)) m.classList.remove("on");
    const mark = list[at];
    if (!mark) return;
    mark.classList.add("on");
    const { label = "", value = "", note } = mark.dataset;
    readout.replaceChildren(make("b", "", value), `${label}${note ? ` · ${note}` : ""}`);
    const box = figure.getBoundingClientRect();
    readout.classList.toggle("left", middle(mark) > box.left + box.width / 2); // never over the point that is read
    cursor(mark);
  };
  const hide = (): void => {
    at = -1;
    readout.replaceChildren();
    for (const m of all(".on", figure)) m.classList.remove("on");
    for (const c of all(".cursor", figure)) c.remove();
  };
  const cursor = (mark: Mark): void => {
    const svg = mark.ownerSVGElement;
    if (!svg) return;
    let line = one<SVGLineElement>(".cursor", svg);
    if (!line) {
      line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      line.setAttribute("class", "cursor");
      svg.insertBefore(line, one(".line", svg));
    }
    const box = mark.getBBox();
    const x = String(box.x + box.width / 2);
    const axis = one<SVGLineElement>(".axis", svg);
    for (const [k, v] of [
      ["x1", x],
      ["x2", x],
      ["y1", "10"],
      ["y2", axis?.getAttribute("y1") ?? "0"],
    ] as const)
      line.setAttribute(k, v);
  };

  for (const svg of all<SVGSVGElement>(":scope > svg", figure)) {
    svg.tabIndex = 0;
    svg.setAttribute(
      "aria-roledescription",
      word("biểu đồ, dùng phím mũi tên để đọc từng điểm", "chart, use arrow keys to read each point"),
    );
  }
  figure.addEventListener("pointermove", (e) => {
    const list = marks();
    let best = -1;
    let distance = Infinity;
    list.forEach((m, i) => {
      const d = Math.abs(middle(m) - e.clientX);
      if (d < distance) [best, distance] = [i, d];
    });
    if (best >= 0 && best !== at) show(best);
  });
  figure.addEventListener("pointerleave", hide);
  figure.addEventListener("focusout", hide);
  figure.addEventListener("keydown", (e) => {
    const last = marks().length - 1;
    const next = { ArrowRight: at + 1, ArrowLeft: at < 0 ? last : at - 1, Home: 0, End: last, Escape: -1 }[
      e.key
    ];
    if (next === undefined) return;
    e.preventDefault();
    if (e.key === "Escape") hide();
    else show(next);
  });
}

const middle = (m: Element): number => {
  const r = m.getBoundingClientRect();
  return r.left + r.width / 2;
};

const start = (root: ParentNode): void => {
  for (const f of all("[data-chart]", root)) if (!one(".readout", f)) enliven(f);
};
start(document);
document.addEventListener("tc:swapped", (e) => {
  if (e.target instanceof HTMLElement) start(e.target);
});
