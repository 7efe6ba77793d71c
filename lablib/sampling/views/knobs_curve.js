// The whole vocabulary in one curve: how much probability the best r tokens hold, r on a log scale.

import { element, write } from "../../widgets/static/dom.js";
import { cumulative, logSpaced } from "./knobs_math.js";
import { choicesText, count } from "./knobs_words.js";

const CURVE = { width: 304, height: 208, left: 40, right: 8, top: 16, bottom: 32 };

/** An SVG element with attributes. */
function drawing(tag, attributes = {}, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
}

const curveY = (share) => CURVE.top + (1 - share) * (CURVE.height - CURVE.top - CURVE.bottom);

/** The place of a rank among `size` on the x axis. */
function curveX(rank, size) {
  const width = CURVE.width - CURVE.left - CURVE.right;
  return CURVE.left + (width * Math.log(rank)) / Math.log(Math.max(2, size));
}

/** Grid lines and numbers of both axes. */
function curveAxes(size) {
  const axes = drawing("g", { class: "knobs-axes" });
  const { width, height, left, right, bottom } = CURVE;
  for (const share of [0, 0.5, 1]) {
    const y = curveY(share);
    axes.append(drawing("line", { x1: left, x2: width - right, y1: y, y2: y }));
    axes.append(drawing("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, `${100 * share}\u00a0%`));
  }
  for (let rank = 1; rank <= size; rank *= 10) {
    const x = curveX(rank, size);
    axes.append(drawing("line", { x1: x, x2: x, y1: height - bottom, y2: height - bottom + 4 }));
    axes.append(drawing("text", { x, y: height - bottom + 16, "text-anchor": "middle" }, count(rank)));
  }
  return axes;
}

/** The curve of a ranking as an SVG path that ends where its tokens end. */
function curvePath(ranking, size) {
  const ranks = logSpaced(ranking.ids.length, 96);
  const points = cumulative(ranking, ranks).map(
    (share, i) => `${curveX(ranks[i], size).toFixed(1)} ${curveY(share).toFixed(1)}`,
  );
  return `M${curveX(1, size)} ${curveY(0)}L${points.join("L")}`;
}

/** The plot with the curves before and after and a line at the cut. */
export function rankCurve() {
  const { width, height, top, bottom } = CURVE;
  const node = drawing("svg", { class: "knobs-curve", viewBox: `0 0 ${width} ${height}`, role: "img" });
  const [before, after] = ["knobs-curve-before", "knobs-curve-after"].map((name) => drawing("path", { class: name }));
  const cut = drawing("line", { class: "knobs-curve-cut", y1: top - 4, y2: height - bottom });
  const cutText = drawing("text", { class: "knobs-curve-label", y: top - 6 });
  let axes = drawing("g");
  let sizeDrawn = 0;
  node.append(axes, before, after, cut, cutText);
  const drawAxes = (size) => {
    const fresh = curveAxes(size);
    axes.replaceWith(fresh);
    [axes, sizeDrawn] = [fresh, size];
  };
  const draw = (span, size) => {
    if (size !== sizeDrawn) drawAxes(size);
    const kept = span.after.ids.length;
    const x = curveX(kept, size);
    before.setAttribute("d", curvePath(span.before, size));
    after.setAttribute("d", curvePath(span.after, size));
    for (const name of ["x1", "x2"]) cut.setAttribute(name, x);
    cut.style.display = cutText.style.display = kept < span.before.ids.length ? "" : "none";
    cutText.setAttribute("x", x);
    cutText.setAttribute("text-anchor", x > width / 2 ? "end" : "start");
    write(cutText, `${count(kept)} stay`);
    node.setAttribute("aria-label", `Cumulative probability by rank: ${count(kept)} of ${count(size)} tokens hold everything after the cut.`);
  };
  return { node, draw };
}

/** A small table: tokens, entropy and choices of the two distributions on the screen. */
export function spanTable() {
  const node = element("table", "knobs-table");
  const head = element("tr");
  head.append(element("td"), element("th", "", "before"), element("th", "", "after"));
  const lines = ["tokens that can come", "entropy (bits)", "effective choices"].map((name) => {
    const row = element("tr");
    const cells = [element("td"), element("td")];
    row.append(element("th", "", name), ...cells);
    return { row, cells };
  });
  node.append(head, ...lines.map(({ row }) => row));
  const draw = ({ before, after }) =>
    [before, after].forEach(({ ids, entropy }, column) => {
      const texts = [count(ids.length), entropy.toFixed(2), choicesText(2 ** entropy)];
      texts.forEach((text, i) => write(lines[i].cells[column], text));
    });
  return { node, draw };
}
