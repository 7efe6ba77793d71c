// The numbers of one box as a picture, token by token, with the one that is pointed at in words.

import { arrowStep, within } from "../../attention/views/controls.js";
import { CanvasPen, themeOf } from "../../attention/views/pens.js";
import { reach, stageImage } from "../../attention/views/steps_stages.js";
import { figure, quoted, shortened } from "../../attention/views/words.js";
import { gradient } from "../../widgets/static/colours.js";
import { element, placeIn, write } from "../../widgets/static/dom.js";

const PICTURE = { width: 340, labels: 72, tallest: 18, height: 248, written: 4 };

export function numbersPicture() {
  const node = element("section", "whole-numbers");
  const title = element("h4", "whole-heading");
  const about = element("p", "whole-about");
  const canvas = element("canvas");
  Object.assign(canvas, { tabIndex: 0 });
  canvas.setAttribute("role", "application");
  const said = element("p", "att-readout");
  said.setAttribute("role", "status");
  const key = element("p", "att-legend whole-key");
  const [low, colours, high, rest] = [element("span"), element("span", "att-scale"), element("span"), element("span")];
  colours.style.background = gradient("signed");
  key.append(low, colours, high, rest);
  node.append(title, about, canvas, key, said);
  let shown = null;
  let place = { row: 0, column: 0 };

  const paint = () => {
    const { box, values, tokens, most, theme } = shown;
    const tall = Math.min(PICTURE.tallest, PICTURE.height / box.rows);
    const wide = (PICTURE.width - PICTURE.labels) / box.columns;
    shown.layout = { tall, wide };
    const pen = new CanvasPen(canvas, PICTURE.width, Math.ceil(box.rows * tall) + 2);
    const written = box.columns <= PICTURE.written;
    if (!written) pen.image(PICTURE.labels, 1, box.columns * wide, box.rows * tall, stageImage(values, box.columns, "signed", most));
    for (let row = 0; row < box.rows; row++) {
      const y = 1 + (row + 0.5) * tall;
      pen.text(PICTURE.labels - 6, y, shortened(tokens[row].text, 8), { fill: row === place.row ? theme.ink : theme.dim, bold: row === place.row, size: 11, mono: true, anchor: "end" });
      if (!written) continue;
      for (let column = 0; column < box.columns; column++) pen.text(PICTURE.labels + column * wide + 8, y, String(values[row * box.columns + column]), { fill: theme.ink, size: 12, mono: true });
    }
    if (written) return;
    for (const look of [{ stroke: "#fff", line: 3 }, { stroke: "#000", line: 1.5 }]) pen.rectangle(PICTURE.labels + place.column * wide, 1 + place.row * tall, wide, tall, look);
  };

  const tell = () => {
    const { box, values, tokens } = shown;
    const value = values[place.row * box.columns + place.column];
    const which = box.columns > PICTURE.written ? `, number ${place.column}` : "";
    write(said, `${quoted(tokens[place.row])}${which}: ${box.columns > PICTURE.written ? figure(value) : value}`);
  };

  const point = (row, column) => {
    const { box } = shown;
    place = { row: within(row, box.rows), column: within(column, box.columns) };
    paint();
    tell();
  };

  canvas.addEventListener("pointermove", (event) => {
    if (!shown?.layout) return;
    const [x, y] = placeIn(canvas, event);
    point(Math.floor(y / shown.layout.tall), Math.floor((x - PICTURE.labels) / shown.layout.wide));
  });
  canvas.addEventListener("keydown", (event) => {
    const by = arrowStep(event);
    if (!by || !shown?.layout) return;
    event.preventDefault();
    point(place.row + by[0], place.column + by[1]);
  });

  const draw = (box, values, tokens, el) => {
    write(title, `${box.title}: ${box.shape}`);
    write(about, box.about);
    const some = box.rows > 0;
    for (const part of [canvas, key, said]) part.hidden = !some;
    shown = some ? { box, values, tokens, most: reach(values), theme: themeOf(el) } : null;
    if (!shown) return;
    const written = box.columns <= PICTURE.written;
    key.hidden = written;
    write(low, `\u2212${figure(shown.most)}`);
    write(high, `+${figure(shown.most)}`);
    write(rest, box.width > box.columns ? `${box.columns} of ${box.width.toLocaleString("en")} numbers` : "");
    canvas.setAttribute("aria-label", `The numbers of ${box.title}: up and down choose the token, left and right the number`);
    point(place.row, place.column);
  };
  return { node, draw };
}
