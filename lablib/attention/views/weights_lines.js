// The line view: the tokens twice, and a line from each that looks to what it looks at.

import { strongest, summed } from "./weights_math.js";
import { amount, dashOf, kindOf } from "./weights_words.js";
import { shortened } from "./words.js";

const LINES = { most: 720, bar: 72, text: 128, head: 32, drawn: 2000, faintest: 0.004 };

/** Lower rows where there are many tokens. */
const rowHeight = (tokens) => (tokens <= 48 ? 22 : tokens <= 200 ? 18 : 14);

/** Where the two columns stand. `left` and `right` are where the lines begin and end. */
export function lineLayout({ rows, columns }, width) {
  const most = Math.max(rows.length, columns.length);
  const whole = Math.min(width, LINES.most);
  const side = LINES.bar + LINES.text;
  const line = rowHeight(most);
  return { width: whole, height: LINES.head + most * line + 8, line, left: side, right: whole - side };
}

export const lineY = ({ line }, place) => LINES.head + (place + 0.5) * line;

/** The token under a point as {side, place}; null outside. */
export function lineHit(layout, { rows, columns }, x, y) {
  const place = Math.floor((y - LINES.head) / layout.line);
  const side = x < layout.width / 2 ? "query" : "key";
  const outside = x > layout.left + 16 && x < layout.right - 16;
  const many = side === "query" ? rows.length : columns.length;
  return outside || place < 0 || place >= many ? null : { side, place };
}

/** The tokens whose lines are drawn alone: the one pointed at, else those chosen; null for all. */
export function focusOf(pointed, chosen) {
  if (pointed?.side) return { side: pointed.side, places: [pointed.place] };
  return chosen.places.length ? chosen : null;
}

export function drawLines(pen, picture, layout, pointed, chosen, theme) {
  const { rows, columns, queries, keys } = picture;
  const focus = focusOf(pointed, chosen);
  const titles = { fill: theme.dim, size: 12 };
  pen.text(layout.left, 12, "looks (query)", { ...titles, anchor: "end" });
  pen.text(layout.right, 12, "is looked at (key)", titles);
  for (const link of linksOf(picture, focus)) drawLink(pen, layout, link);
  const side = (name, indices, tokens) =>
    indices.forEach((index, place) => drawToken(pen, layout, { side: name, place, token: tokens[index], picture, pointed, chosen, theme }));
  side("query", rows, queries);
  side("key", columns, keys);
  if (focus) drawSums(pen, picture, layout, focus, theme);
}

/** The lines to draw: the strongest of all, or every one of the tokens in focus. */
function linksOf({ heads, rows, columns }, focus) {
  if (!focus) return strongest(heads, columns.length, LINES.drawn).reverse();
  const own = new Set(focus.places);
  const [many, other] = focus.side === "query" ? [columns.length, "column"] : [rows.length, "row"];
  return heads.flatMap(({ head, values }) =>
    [...own].flatMap((place) =>
      Array.from({ length: many }, (_, at) => {
        const [row, column] = other === "column" ? [place, at] : [at, place];
        return { head, row, column, weight: values[row * columns.length + column] };
      }).filter(({ weight }) => weight > LINES.faintest),
    ),
  );
}

function drawLink(pen, layout, { head, row, column, weight }) {
  const style = { stroke: kindOf(head), line: 1 + 2 * weight, opacity: Math.min(1, 0.08 + weight), dash: dashOf(head) };
  pen.line(layout.left + 4, lineY(layout, row), layout.right - 4, lineY(layout, column), style);
}

/** One token of a column, framed where it is chosen, bold where it is pointed at. */
function drawToken(pen, layout, { side, place, token, picture, pointed, chosen, theme }) {
  const here = pointed?.side === side && pointed.place === place;
  const isChosen = chosen.side === side && chosen.places.includes(place);
  const y = lineY(layout, place);
  const x = side === "query" ? layout.left : layout.right;
  const left = side === "query" ? x - LINES.text : x;
  if (here || isChosen)
    pen.rectangle(left, y - layout.line / 2 + 1, LINES.text, layout.line - 2, { fill: theme.soft, stroke: isChosen ? theme.ink : theme.accent, line: 2 });
  const style = { fill: theme.ink, mono: true, size: Math.min(13, layout.line - 2), bold: here || isChosen || token === picture.newest };
  pen.text(side === "query" ? x - 6 : x + 6, y, shortened(token.text), { ...style, anchor: side === "query" ? "end" : "start" });
}

/** Beside each token of the other side: what the tokens in focus give it, a piece of bar for each head. */
function drawSums(pen, { heads, rows, columns }, layout, focus, theme) {
  const sums = heads.map(({ head, values }) => ({ head, sums: summed(values, focus.places, focus.side, rows.length, columns.length) }));
  const whole = heads.length * Math.max(1, focus.side === "query" ? focus.places.length : 1);
  const most = Math.max(...sums[0].sums.map((_, place) => total(sums, place)), whole / 8);
  const outwards = focus.side === "query" ? 1 : -1;
  const start = focus.side === "query" ? layout.right + LINES.text : layout.left - LINES.text;
  sums[0].sums.forEach((_, place) => {
    let x = start;
    for (const { head, sums: own } of sums) {
      const width = (own[place] / most) * (LINES.bar - 40);
      const y = lineY(layout, place) - layout.line / 2 + 2;
      if (width > 0.3) pen.rectangle(outwards > 0 ? x : x - width, y, width, layout.line - 4, { fill: kindOf(head) });
      x += outwards * width;
    }
    const mean = total(sums, place) / heads.length;
    if (mean > LINES.faintest) pen.text(x + outwards * 4, lineY(layout, place), amount(mean), { fill: theme.ink, size: 11, anchor: outwards > 0 ? "start" : "end" });
  });
}

const total = (sums, place) => sums.reduce((sum, { sums: own }) => sum + own[place], 0);
