// The link pointed at, number by number: two vectors, their product, and the formula with its numbers.

import { KINDS } from "../../widgets/static/colours.js";
import { element, write } from "../../widgets/static/dom.js";
import { CanvasPen } from "./pens.js";
import { reach } from "./steps_stages.js";
import { figure, quoted } from "./words.js";

const VECTOR = { width: 272, height: 28 };

/** A vector as bars up and down from a line, with its name and what it adds up to. */
function vectorRow() {
  const node = element("div", "steps-vector");
  const [name, canvas, sum] = [element("span", "steps-name"), element("canvas"), element("span", "steps-sum")];
  node.append(name, canvas, sum);
  const draw = ({ title, values, said, dimension, theme }) => {
    write(name, title);
    write(sum, said);
    const pen = new CanvasPen(canvas, VECTOR.width, VECTOR.height);
    const [middle, most, wide] = [VECTOR.height / 2, reach(values), VECTOR.width / values.length];
    values.forEach((value, c) => {
      const tall = (Math.abs(value) / most) * (middle - 2);
      const fill = value < 0 ? KINDS[0] : KINDS[1];
      if (c === dimension) pen.rectangle(c * wide, 0, wide, VECTOR.height, { fill: theme.soft, stroke: theme.accent });
      pen.rectangle(c * wide + 0.5, value < 0 ? middle : middle - tall, Math.max(wide - 1, 1), tall, { fill });
    });
    pen.line(0, middle, VECTOR.width, middle, { stroke: theme.line });
  };
  return { node, draw };
}

/** The lines under the vectors: what is computed, with the current numbers put in. */
function formulaLines({ shape, stages, settings, tokens, bias, v }, { query, key, dimension }) {
  const at = query * shape.keys + key;
  const row = stages.masked.subarray(query * shape.keys, (query + 1) * shape.keys);
  const most = Math.max(...row);
  const sum = row.reduce((total, score) => total + Math.exp(score - most), 0);
  const [from, to] = [quoted(tokens.query[query]), quoted(tokens.key[key])];
  const weight = stages.weights[at];
  return [
    ["score", `q(${from}) \u00b7 k(${to}) = ${figure(stages.scores[at])}`],
    ["scaled", scaledText(stages, settings, bias, at)],
    ["masked", stages.masked[at] === -Infinity ? `${to} comes after ${from} or is hidden by the model: \u2212\u221e` : `${to} may be seen: ${figure(stages.masked[at])} stays`],
    ["weight", `e^(${figure(stages.masked[at])} \u2212 ${figure(most)}) \u00f7 ${figure(sum)} = ${figure(weight)}, with the row\u2019s largest score taken off above and below`],
    ["output", outputText({ shape, stages, v }, { query, key, dimension }, weight, [from, to])],
  ];
}

function scaledText({ scores, scaled }, { scale, temperature, scaleText }, bias, at) {
  const added = bias.length ? ` + ${figure(bias[at])} (the model\u2019s bias)` : "";
  const divided = temperature === 1 ? "" : ` \u00f7 temperature ${figure(temperature)}`;
  const factor = scale === 1 ? "" : ` ${scaleText}`;
  return `${figure(scores[at])}${factor}${added}${divided} = ${figure(scaled[at])}`;
}

function outputText({ shape, stages, v }, { query, key, dimension }, weight, [from, to]) {
  if (dimension === null) return `${figure(weight)} \u00d7 v(${to}), and so on for every key, added up: the output of ${from}`;
  if (dimension >= shape.valueSize) return "this dimension is one of queries and keys only";
  const value = v[key * shape.valueSize + dimension];
  const whole = stages.output[query * shape.valueSize + dimension];
  return `dimension ${dimension}: ${figure(weight)} \u00d7 ${figure(value)} = ${figure(weight * value)}, of ${figure(whole)} in all`;
}

/** The link pointed at in a sentence. */
export function linkSentence({ tokens, stages, shape }, { query, key }, voice) {
  const [from, to] = [quoted(tokens.query[query], voice), quoted(tokens.key[key], voice)];
  return `${from} (${query}) looks at ${to} (${key}) with weight ${figure(stages.weights[query * shape.keys + key])}`;
}

/** The part of an array that is row `i`. */
const rowOf = (values, i, size) => values.subarray(i * size, (i + 1) * size);

/** The whole detail: vectors, then lines. */
export function detail() {
  const node = element("section", "steps-detail");
  node.setAttribute("aria-label", "The link pointed at");
  const title = element("p", "att-readout");
  const vectors = [vectorRow(), vectorRow(), vectorRow(), vectorRow()];
  const list = element("dl", "steps-lines");
  node.append(title, ...vectors.map((row) => row.node), list);
  const draw = (now, pointed, theme) => {
    const { q, k, v, shape, stages, tokens } = now;
    const { query, key, dimension } = pointed;
    const [from, to] = [tokens.query[query], tokens.key[key]];
    const [one, two, three] = [rowOf(q, query, shape.size), rowOf(k, key, shape.size), rowOf(v, key, shape.valueSize)];
    const product = one.map((value, c) => value * two[c]);
    const at = (values) => (dimension === null || dimension >= values.length ? "" : `[${dimension}] = ${figure(values[dimension])}`);
    write(title, linkSentence(now, pointed, "text"));
    const score = `sum = ${figure(stages.scores[query * shape.keys + key])}`;
    const rows = [[`q of ${quoted(from)}`, one, at(one)], [`k of ${quoted(to)}`, two, at(two)], ["q \u00d7 k", product, score], [`v of ${quoted(to)}`, three, at(three)]];
    rows.forEach(([name, values, said], i) => vectors[i].draw({ title: name, values, said, dimension, theme }));
    list.replaceChildren(...formulaLines(now, pointed).flatMap(([name, text]) => [element("dt", "", name), element("dd", "", text)]));
  };
  return { node, draw };
}
