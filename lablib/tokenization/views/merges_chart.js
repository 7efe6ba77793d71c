// Bytes per token against the size of the vocabulary: a curve a text, and a marker that moves.

import { bytesOf, element, write } from "../../widgets/static/dom.js";
import { count, plain } from "./merges_words.js";

const CHART = { width: 928, height: 176, left: 40, right: 8, top: 8, bottom: 24 };
const MOST_POINTS = 460; // of a curve on the page; more cannot be told apart

/** An SVG element with its attributes. */
function drawing(tag, attributes = {}, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

/** A text's counts from the trait: sizes and tokens as numbers, and its bytes. */
export function readCurve({ label, bytes, sizes, tokens }) {
  const numbers = (value) => new Int32Array(bytesOf(value).slice().buffer);
  return { label, bytes, sizes: numbers(sizes), tokens: numbers(tokens) };
}

/** The place of the last measured size that is not above `size`. */
function placeOf({ sizes }, size) {
  let [low, high] = [0, sizes.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sizes[middle] <= size) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Bytes per token of a curve at a size, as last measured at or below it. */
function bytesPerToken(curve, size) {
  return curve.bytes / Math.max(curve.tokens[placeOf(curve, size)], 1);
}

/** A round step that divides 0 … most into three to six parts: 1, 2 or 5 times a power of ten. */
function roundStep(most) {
  const power = 10 ** Math.floor(Math.log10(most / 3));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => most / step <= 6);
}

/** The scales of a chart whose curves all fit in. */
function chartScales(curves, first, last) {
  const most = Math.max(1, ...curves.map((curve) => bytesPerToken(curve, last))) * 1.08;
  const { width, height, left, right, top, bottom } = CHART;
  const x = (size) => left + ((size - first) / Math.max(last - first, 1)) * (width - left - right);
  const y = (value) => height - bottom - (value / most) * (height - top - bottom);
  return { x, y, most };
}

/** Lines and numbers behind the curves. */
function chartAxes({ x, y, most }, first, last) {
  const node = drawing("g");
  const { width, height, left, right } = CHART;
  const step = roundStep(most);
  for (let value = 0; value <= most; value += step) {
    node.append(drawing("line", { x1: left, x2: width - right, y1: y(value), y2: y(value) }));
    node.append(drawing("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, plain(value)));
  }
  for (let i = 0; i <= 4; i++) {
    const size = Math.round(first + ((last - first) * i) / 4);
    const anchor = ["start", "middle", "middle", "middle", "end"][i];
    node.append(drawing("text", { x: x(size), y: height - 6, "text-anchor": anchor }, count(size)));
  }
  return node;
}

/** The path of a curve, thinned to what a screen can show. */
function curvePath(curve, { x, y }) {
  const every = Math.ceil(curve.sizes.length / MOST_POINTS);
  const places = Array.from(curve.sizes.keys()).filter((i) => i % every === 0 || i === curve.sizes.length - 1);
  const points = places.map((i) => {
    const value = curve.bytes / Math.max(curve.tokens[i], 1);
    return `${x(curve.sizes[i]).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return `M${points.join("L")}`;
}

/** The chart with its legend, which says each curve's value at the marker. */
export function growthChart() {
  const node = element("figure", "merges-chart");
  const caption = element("figcaption", "merges-dim", "Bytes per token by vocabulary size: more is a shorter sequence for the model to read");
  const svg = drawing("svg", { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: "img" });
  const legend = element("div", "merges-legend");
  node.append(caption, svg, legend);
  let parts = { curves: [], values: [], dots: [] };
  const build = (curves, first, last) => {
    const scales = chartScales(curves, first, last);
    const marker = drawing("line", { class: "merges-marker", y1: CHART.top, y2: CHART.height - CHART.bottom });
    const paths = curves.map((curve, i) => drawing("path", { "data-curve": i, d: curvePath(curve, scales) }));
    const dots = curves.map((_, i) => drawing("circle", { "data-curve": i, r: 4 }));
    svg.replaceChildren(chartAxes(scales, first, last), ...paths, marker, ...dots);
    const values = curves.map(() => element("span", "merges-value"));
    legend.replaceChildren(...curves.map((curve, i) => legendItem(curve.label, i, values[i])));
    node.hidden = curves.length === 0;
    parts = { curves, scales, marker, dots, values };
  };
  const draw = (size) => {
    const { curves, scales, marker, dots, values } = parts;
    if (!curves.length) return;
    const x = scales.x(size);
    for (const name of ["x1", "x2"]) marker.setAttribute(name, x);
    curves.forEach((curve, i) => {
      const value = bytesPerToken(curve, size);
      dots[i].setAttribute("cx", x);
      dots[i].setAttribute("cy", scales.y(value));
      write(values[i], value.toFixed(2));
    });
    svg.setAttribute("aria-label", curves.map((curve, i) => `${curve.label}: ${values[i].textContent} bytes per token`).join("; "));
  };
  return { node, build, draw };
}

/** One curve's line, name and value. */
function legendItem(label, place, value) {
  const item = element("span", "merges-legend-item");
  const sample = drawing("svg", { viewBox: "0 0 32 8", width: 32, height: 8, "aria-hidden": true });
  sample.append(drawing("path", { "data-curve": place, d: "M0 4H32" }));
  item.append(sample, element("bdi", "", label), value);
  return item;
}
