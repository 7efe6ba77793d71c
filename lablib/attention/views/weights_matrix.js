// The heatmap: one large matrix with its tokens, or a small one for each of several heads.

import { pixels } from "../../widgets/static/colours.js";
import { GREY, bitmap } from "./pens.js";
import { dashOf, kindOf } from "./weights_words.js";
import { shortened } from "./words.js";

const GUTTER = { left: 112, top: 96, right: 8, bottom: 8 };
const CELL = { most: 28, labelled: 13 };
const SMALL = { gap: 16, heading: 24 };

/** How many small matrices stand side by side. */
function perRow(heads, width) {
  const wide = heads <= 3 ? heads : heads <= 12 ? 4 : 6;
  return width < 560 ? Math.min(wide, 2) : wide;
}

/** Where each matrix stands. @returns {{panels, width, height, labelled}} */
export function matrixLayout({ rows, columns, heads }, width) {
  if (heads.length === 1) return oneMatrix(heads[0], rows.length, columns.length, width);
  const across = perRow(heads.length, width);
  const side = (width - 2 - (across - 1) * SMALL.gap) / across;
  const cell = Math.min(side / columns.length, side / rows.length);
  const tall = cell * rows.length + SMALL.heading + SMALL.gap;
  const panels = heads.map((head, i) => ({
    ...head,
    x: 1 + (i % across) * (side + SMALL.gap),
    y: Math.floor(i / across) * tall + SMALL.heading,
    cell,
  }));
  return { panels, width, height: Math.ceil(heads.length / across) * tall, labelled: false };
}

/** How high a matrix may be, so that what is round it stands on the screen as well. */
function tallest(width) {
  const most = Math.min(720, Math.max(256, window.innerHeight - 512));
  return width < 480 ? most - 112 : most; // in a narrow place more lines of buttons stand round it
}

function oneMatrix(head, rows, columns, width) {
  const room = width - GUTTER.left - GUTTER.right;
  const cell = Math.min(CELL.most, room / columns, tallest(width) / rows);
  const panels = [{ ...head, x: GUTTER.left, y: GUTTER.top, cell }];
  return { panels, width, height: GUTTER.top + rows * cell + GUTTER.bottom, labelled: true };
}

/** The cell under a point as {head, row, column}; null outside. */
export function matrixHit({ panels }, { rows, columns }, x, y) {
  for (const panel of panels) {
    const [column, row] = [Math.floor((x - panel.x) / panel.cell), Math.floor((y - panel.y) / panel.cell)];
    if (row >= 0 && column >= 0 && row < rows.length && column < columns.length) return { head: panel.head, row, column };
  }
  return null;
}

const images = new WeakMap();

/** A head's matrix as an image, one pixel for each cell; drawn once for each scale. */
function imageOf(values, columns, { palette, top, broken }) {
  const key = `${palette} ${top} ${broken}`;
  const known = images.get(values);
  if (known?.key === key) return known.image;
  const steps = pixels(palette);
  const cells = new Uint32Array(values.length).fill(broken);
  for (let i = 0; i < cells.length; i++)
    if (values[i] >= 0) cells[i] = steps[Math.min(255, Math.round((255 * values[i]) / top))];
  const image = bitmap(cells, columns, values.length / columns);
  images.set(values, { key, image });
  return image;
}

export function drawMatrices(pen, picture, layout, pointed, theme) {
  const { rows, columns, top, palette } = picture;
  for (const panel of layout.panels) {
    const [width, height] = [columns.length * panel.cell, rows.length * panel.cell];
    pen.image(panel.x, panel.y, width, height, imageOf(panel.values, columns.length, { palette, top, broken: GREY }));
    pen.rectangle(panel.x - 0.5, panel.y - 0.5, width + 1, height + 1, { stroke: theme.line });
    if (layout.labelled) drawLabels(pen, picture, panel, pointed, theme);
    else drawHeading(pen, panel, theme);
    if (pointed && pointed.row !== null) drawPointer(pen, panel, pointed, width, height, theme);
  }
}

function drawHeading(pen, { head, x, y }, theme) {
  drawSwatch(pen, x, y - 12, head);
  pen.text(x + 32, y - 12, `head ${head}`, { fill: theme.ink });
}

/** A short line in the colour and the dashes of a head. */
export function drawSwatch(pen, x, y, head) {
  pen.line(x, y, x + 24, y, { stroke: kindOf(head), line: 4, dash: dashOf(head) });
}

/** The tokens beside the matrix, as many as there is room for; the one pointed at is always there. */
function drawLabels(pen, { rows, columns, queries, keys, newest }, { x, y, cell }, pointed, theme) {
  const every = Math.ceil(CELL.labelled / cell);
  const near = (i, at) => at !== undefined && at !== null && i !== at && Math.abs(i - at) * cell < CELL.labelled;
  const label = (i, at, text, left, top, turned) => {
    const here = i === at;
    if (!here && (i % every !== 0 || near(i, at))) return;
    const fill = here || text === newest ? theme.ink : theme.dim;
    pen.text(left, top, shortened(text.text), { fill, bold: here || text === newest, mono: true, size: 12, turned, anchor: turned ? "start" : "end" });
  };
  rows.forEach((i, row) => label(row, pointed?.row, queries[i], x - 8, y + (row + 0.5) * cell, false));
  columns.forEach((j, column) => label(column, pointed?.column, keys[j], x + (column + 0.5) * cell, y - 8, true));
}

/** A frame round the cell pointed at, and two lines that lead to its tokens. */
function drawPointer(pen, { x, y, cell }, { row, column }, width, height, theme) {
  const [left, top] = [x + column * cell, y + row * cell];
  const size = Math.max(cell, 3);
  for (const [stroke, line] of [[theme.paper, 4], [theme.ink, 2]]) pen.rectangle(left, top, size, size, { stroke, line });
  const thin = { stroke: "#fff", line: 1, opacity: 0.7 }; // both palettes are dark where most cells are
  pen.line(x, top + cell / 2, left, top + cell / 2, thin);
  pen.line(left + cell / 2, y, left + cell / 2, top, thin);
}
