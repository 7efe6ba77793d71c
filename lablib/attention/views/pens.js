// Two pens with the same strokes: one draws on a canvas, the other writes SVG. Every picture of the
// attention room is drawn once, with whichever pen is wanted.

import { element } from "../../widgets/static/dom.js";

const FONT = "system-ui, sans-serif";
const MONO = "ui-monospace, Menlo, Consolas, monospace";
const LARGEST_SIDE = 16000; // what browsers give a canvas, in its own pixels
export const GREY = 0xff808080; // a pixel of what is no number, or may not be seen

/**
 * How a stroke looks: colours as CSS has them, the width of its line in pixels.
 * @typedef {{fill?: string, stroke?: string, line?: number, opacity?: number, dash?: number[]}} Look
 */

/** An image of `columns` × `rows` pixels (Uint32Array) as a canvas of its own. */
export function bitmap(pixels, columns, rows) {
  const canvas = element("canvas");
  Object.assign(canvas, { width: columns, height: rows });
  const data = new ImageData(new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength), columns, rows);
  canvas.getContext("2d").putImageData(data, 0, 0);
  return canvas;
}

/** Draws on a canvas, which it makes `width` × `height` CSS pixels large and clean. */
export class CanvasPen {
  constructor(canvas, width, height) {
    const ratio = Math.min(window.devicePixelRatio || 1, LARGEST_SIDE / height, LARGEST_SIDE / width);
    const size = [Math.ceil(width * ratio), Math.ceil(height * ratio)];
    // A new size makes a new canvas, which takes longer than to wipe the old one.
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    this.context = canvas.getContext("2d");
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, width, height);
  }

  rectangle(x, y, width, height, /** @type {Look} */ { fill, stroke, line = 1, opacity = 1 }) {
    const { context } = this;
    context.globalAlpha = opacity;
    if (fill) {
      context.fillStyle = fill;
      context.fillRect(x, y, width, height);
    }
    if (stroke) {
      Object.assign(context, { strokeStyle: stroke, lineWidth: line });
      context.setLineDash([]);
      context.strokeRect(x, y, width, height);
    }
  }

  line(x1, y1, x2, y2, /** @type {Look} */ { stroke, line = 1, opacity = 1, dash = [] }) {
    const { context } = this;
    Object.assign(context, { strokeStyle: stroke, lineWidth: line, globalAlpha: opacity });
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  }

  text(x, y, string, { fill, size = 12, anchor = "start", turned = false, bold = false, mono = false }) {
    const { context } = this;
    context.globalAlpha = 1;
    context.fillStyle = fill;
    context.font = `${bold ? "600 " : ""}${size}px ${mono ? MONO : FONT}`;
    context.textAlign = anchor === "middle" ? "center" : anchor;
    context.save();
    context.translate(x, y);
    if (turned) context.rotate(-Math.PI / 2);
    context.fillText(string, 0, size * 0.35);
    context.restore();
  }

  /** Cells finer than the screen are averaged; larger ones keep their edges. */
  image(x, y, width, height, picture) {
    this.context.globalAlpha = 1;
    this.context.imageSmoothingEnabled = width < picture.width;
    this.context.drawImage(picture, x, y, width, height);
  }
}

/** Writes the same strokes as one SVG element, `node`. */
export class SvgPen {
  constructor(width, height, paper) {
    this.node = this.element("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    this.node.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    this.rectangle(0, 0, width, height, { fill: paper });
  }

  element(tag, attributes, text = "") {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes))
      if (value !== undefined) node.setAttribute(name, typeof value === "number" ? Number(value.toFixed(2)) : value);
    node.textContent = text;
    this.node?.append(node);
    return node;
  }

  rectangle(x, y, width, height, /** @type {Look} */ { fill, stroke, line, opacity }) {
    this.element("rect", { x, y, width, height, fill: fill ?? "none", stroke, "stroke-width": line, opacity });
  }

  line(x1, y1, x2, y2, /** @type {Look} */ { stroke, line, opacity, dash = [] }) {
    const dashes = dash.length ? dash.join(" ") : undefined;
    this.element("line", { x1, y1, x2, y2, stroke, "stroke-width": line, opacity, "stroke-dasharray": dashes });
  }

  text(x, y, string, { fill, size = 12, anchor = "start", turned = false, bold = false, mono = false }) {
    const attributes = {
      x: turned ? 0 : x,
      y: (turned ? 0 : y) + size * 0.35,
      fill,
      "font-size": size,
      "font-family": mono ? MONO : FONT,
      "font-weight": bold ? 600 : undefined,
      "text-anchor": anchor,
      transform: turned ? `translate(${x} ${y}) rotate(-90)` : undefined,
      "xml:space": "preserve",
    };
    this.element("text", attributes, string);
  }

  image(x, y, width, height, picture) {
    const style = width < picture.width ? undefined : "image-rendering: pixelated";
    this.element("image", { x, y, width, height, href: picture.toDataURL(), preserveAspectRatio: "none", style });
  }
}

/** The ink and paper of the page, read from the element's own style. */
export function themeOf(el) {
  const style = getComputedStyle(el);
  const names = ["ink", "dim", "line", "paper", "accent"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--att-${name}`).trim()]));
}

/** Calls `act` when the page's theme changes; gives back how to stop that. */
export function onTheme(act) {
  const observer = new MutationObserver(act);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-jp-theme-light", "style"] });
  return () => observer.disconnect();
}

/** Offers a text as a file to keep. */
export function download(name, type, text) {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
