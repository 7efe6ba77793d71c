// The bars: for each token its probability before (an outline) and after (solid).

import { element, write } from "../../widgets/static/dom.js";
import { count, percent, plain } from "./knobs_words.js";

/** The smallest of 1, 2, 5 × 10^n that is not below p: the axis then seldom jumps. */
function axisEnd(p) {
  const power = 10 ** Math.floor(Math.log10(p));
  return Math.min(1, [1, 2, 5, 10].map((step) => step * power).find((end) => end >= p * 0.999999));
}

/** One row of the chart; a button where a token can be picked. */
function barRow(pick) {
  const item = element("li", "knobs-item");
  const row = element(pick ? "button" : "div", "knobs-row");
  const [place, track, before, after] = ["knobs-place", "knobs-track", "knobs-before", "knobs-after"].map((name) =>
    element("span", name),
  );
  const [ghost, solid] = [element("span", "knobs-ghost"), element("span", "knobs-solid")];
  const token = element("bdi", "knobs-token");
  track.append(ghost, solid);
  row.append(place, token, track, before, after);
  item.append(row);
  if (pick) row.addEventListener("click", () => pick(Number(item.dataset.id)));

  const draw = (bar, end) => {
    Object.assign(item.dataset, { id: bar.id, before: bar.before, after: bar.after, state: bar.state });
    item.dataset.edge = bar.edge;
    write(place, count(bar.place + 1));
    write(token, bar.text);
    token.title = bar.title;
    ghost.style.width = `${(100 * bar.before) / end}%`;
    solid.style.width = `${(100 * bar.after) / end}%`;
    write(before, percent(bar.before));
    write(after, bar.cut ? `cut: ${bar.cut}` : percent(bar.after));
    after.title = after.textContent;
    if (pick) row.setAttribute("aria-label", `${bar.title}: ${before.textContent} before, ${after.textContent} after. Add it to the prompt.`);
  };
  return { node: item, draw };
}

/** Where the cut-off line runs: above the first row that stays, under the last. */
function edges(bars) {
  const staying = bars.map((bar) => bar.state === "kept");
  const [first, last] = [staying.indexOf(true), staying.lastIndexOf(true)];
  return bars.map((_, i) => (i === first && first > 0 ? "above" : i === last && last < bars.length - 1 ? "below" : ""));
}

/** The header of the chart: what the columns and the marks mean. */
function legend() {
  const node = element("div", "knobs-row knobs-legend");
  const scale = element("span", "knobs-scale");
  const [low, mid, high] = [element("span"), element("span"), element("span")];
  scale.append(low, mid, high);
  const [before, after] = [element("span", "knobs-before knobs-key-before", "before"), element("span", "knobs-after knobs-key-after", "after")];
  node.append(element("span", "knobs-place", "rank"), element("span", "knobs-token", "token"), scale, before, after);
  const draw = (end) => [0, end / 2, end].forEach((p, i) => write([low, mid, high][i], `${plain(100 * p)}\u00a0%`));
  return { node, draw };
}

/** The chart, of so many rows. `pick(id)` is told a chosen token; null where nobody listens. */
export function barChart(pick, many) {
  const node = element("div", "knobs-chart");
  const list = element("ol", "knobs-bars");
  const head = legend();
  const rows = Array.from({ length: many }, () => barRow(pick));
  list.append(...rows.map((row) => row.node));
  list.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = by && rows[rows.findIndex(({ node: item }) => item.contains(event.target)) + by];
    if (!next || !pick) return;
    event.preventDefault();
    next.node.firstChild.focus();
  });
  node.append(head.node, list);
  const draw = (bars) => {
    const end = axisEnd(Math.max(...bars.map((bar) => Math.max(bar.before, bar.after))));
    const lines = edges(bars);
    head.draw(end);
    rows.forEach((row, i) => {
      row.node.hidden = i >= bars.length;
      if (bars[i]) row.draw({ ...bars[i], edge: lines[i] }, end);
    });
  };
  return { node, draw };
}
