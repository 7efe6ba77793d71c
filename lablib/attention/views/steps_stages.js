// The matrices of attention from scratch, each a small picture, in the order they are made.

import { pixels } from "../../widgets/static/colours.js";
import { element, placeIn, write } from "../../widgets/static/dom.js";
import { CanvasPen, GREY, bitmap } from "./pens.js";
import { figure, shortened } from "./words.js";

const STAGE = { width: 184, labels: 64, row: 16, labelled: 9 };

/** How high a stage may be, so that all of them and the numbers stand on the screen together. */
const stageHeight = () => Math.min(200, Math.max(96, (window.innerHeight - 480) / 3));

/**
 * What each stage is: its name, how it is made, its columns ("size" for vectors, else keys), whose
 * tokens its rows are, and its colours.
 */
export const STAGES = [
  { name: "q", title: "Q", made: "query, x \u00b7 W_Q", rows: "query", columns: "size" },
  { name: "k", title: "K", made: "key, x \u00b7 W_K", rows: "key", columns: "size" },
  { name: "scores", title: "scores", made: "Q\u00b7K\u1d40, the fit", rows: "query", columns: "key" },
  { name: "scaled", title: "scaled", made: "scores \u00f7 \u221ad_k", rows: "query", columns: "key" },
  { name: "masked", title: "masked", made: "later: \u2212\u221e", rows: "query", columns: "key" },
  { name: "weights", title: "weights", made: "softmax", rows: "query", columns: "key", palette: "viridis" },
  { name: "v", title: "V", made: "value, x \u00b7 W_V", rows: "key", columns: "valueSize" },
  { name: "output", title: "output", made: "weights \u00d7 V", rows: "query", columns: "valueSize" },
];

/** What the products are made of: the vectors that the layer reads. It stands before the others, where it is known. */
export const INPUT = { name: "x", title: "x", made: "what the layer reads", rows: "query", columns: "inputSize" };

const countOf = (kind, shape) => ({ query: shape.queries, key: shape.keys })[kind] ?? shape[kind];

/** The largest absolute value that is a finite number; 1 if there is none. */
export function reach(values) {
  let most = 0;
  for (const value of values) if (Number.isFinite(value) && Math.abs(value) > most) most = Math.abs(value);
  return most || 1;
}

/** A matrix as an image. Signed numbers go from -reach to reach; what may not be seen is grey. */
export function stageImage(values, columns, palette, most) {
  const steps = pixels(palette);
  const share = palette === "signed" ? (value) => (value / most + 1) / 2 : (value) => value / most;
  const cells = new Uint32Array(values.length).fill(GREY);
  for (let i = 0; i < cells.length; i++) if (Number.isFinite(values[i])) cells[i] = steps[Math.round(255 * share(values[i]))];
  return bitmap(cells, columns, values.length / columns);
}

/** Where a stage's cells stand in its picture. */
function stageLayout({ rows, columns }, shape) {
  const [height, width] = [countOf(rows, shape), countOf(columns, shape)];
  const tall = Math.min(STAGE.row, stageHeight() / height);
  const left = tall >= STAGE.labelled ? STAGE.labels : 4;
  return { rows: height, columns: width, left, tall, wide: (STAGE.width - left - 2) / width };
}

/** The row and column of a stage that belong to what is pointed at. */
function marked({ rows, columns }, { query, key, dimension }) {
  const column = { key, inputSize: null }[columns];
  return { row: rows === "query" ? query : key, column: column === undefined ? dimension : column };
}

/** One stage on the page: title, picture, and how far its numbers reach. `point(place)` is told. */
export function stagePicture(stage, number, point) {
  const node = element("figure", "steps-stage");
  const caption = element("figcaption");
  const made = element("span", "steps-made", stage.made);
  caption.append(element("span", "steps-title", `${number} ${stage.title}`.trim()), made);
  const canvas = element("canvas");
  const ends = element("span", "steps-made steps-ends");
  caption.append(ends);
  node.append(caption, canvas);
  let layout;
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = placeIn(canvas, event);
    const column = Math.floor((x - layout.left) / layout.wide);
    const row = Math.floor(y / layout.tall);
    if (row < 0 || column < 0 || row >= layout.rows || column >= layout.columns) return;
    const on = stage.columns === "key" ? { key: column, dimension: null } : { dimension: stage === INPUT ? null : column };
    point({ [stage.rows]: row, ...on });
  });
  const palette = stage.palette ?? "signed";
  let image = null;
  let drawn = null;
  const draw = ({ values, shape, tokens, pointed, theme, text }) => {
    if (values !== drawn) {
      layout = stageLayout(stage, shape);
      const most = palette === "signed" ? reach(values) : 1;
      image = stageImage(values, layout.columns, palette, most);
      write(ends, palette === "signed" ? `\u00b1 ${figure(most)}` : "0 to 1");
      drawn = values;
    }
    write(made, text ?? stage.made);
    const pen = new CanvasPen(canvas, STAGE.width, Math.ceil(layout.rows * layout.tall) + 2);
    drawStage(pen, stage, layout, image, tokens[stage.rows], marked(stage, pointed), theme);
  };
  return { node, draw };
}

function drawStage(pen, stage, layout, image, tokens, { row, column }, theme) {
  const { left, tall, wide, rows, columns } = layout;
  pen.image(left, 1, columns * wide, rows * tall, image);
  if (left > 4)
    tokens.forEach((token, i) => {
      const fill = i === row ? theme.ink : theme.dim;
      pen.text(left - 4, 1 + (i + 0.5) * tall, shortened(token.text, 8), { fill, bold: i === row, size: 11, mono: true, anchor: "end" });
    });
  const whole = stage.columns !== "key" || column === null;
  if (whole) frame(pen, left, 1 + row * tall, columns * wide, tall);
  if (column !== null) frame(pen, left + column * wide, 1 + row * tall, Math.max(wide, 2), tall);
}

function frame(pen, x, y, width, height) {
  for (const [stroke, line] of [["#fff", 3], ["#000", 1.5]]) pen.rectangle(x, y, width, height, { stroke, line });
}
