// Marks in a text field, which itself can hold none: boxes behind it, where a hidden copy of its text,
// set in the same way, says that the marked characters stand.

import { element, placeIn, zoomOf } from "./dom.js";

const MOST_BOXES = 500;

export class Marks {
  constructor(area) {
    this.area = area;
    this.node = element("div", "lab-area-marks");
    this.node.setAttribute("aria-hidden", "true");
    this.copy = element("div", "lab-area-copy");
    this.copy.append(new Text());
    this.boxes = element("div", "lab-area-boxes");
    this.node.append(this.copy, this.boxes);
    area.addEventListener("scroll", () => this.follow());
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(area);
    this.stretches = [];
  }

  /** Mark stretches of the field's text, each from one UTF-16 unit to another. */
  show(stretches) {
    this.stretches = stretches;
    this.draw();
    if (stretches.length) this.reveal();
  }

  draw() {
    this.boxes.replaceChildren();
    if (!this.stretches.length) return;
    this.setCopy();
    const zoom = zoomOf(this.copy);
    const boxes = this.stretches.flatMap((stretch) => this.rectangles(stretch)).slice(0, MOST_BOXES);
    for (const box of boxes) {
      const mark = element("div", "lab-area-mark");
      const [left, top] = placeIn(this.copy, { clientX: box.left, clientY: box.top });
      const [width, height] = [box.width / zoom, box.height / zoom];
      Object.assign(mark.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
      this.boxes.append(mark);
    }
    this.follow();
  }

  /** The copy has the text and the width that the field has for it now. */
  setCopy() {
    const [text] = this.copy.childNodes;
    // A line feed at the end begins a line in the field, but none in the copy.
    if (text.data !== `${this.area.value}\u200b`) text.data = `${this.area.value}\u200b`;
    this.copy.dir = getComputedStyle(this.area).direction;
    this.copy.style.width = `${this.area.clientWidth}px`;
  }

  rectangles([start, end]) {
    const [text] = this.copy.childNodes;
    const range = document.createRange();
    range.setStart(text, Math.min(start, text.length));
    range.setEnd(text, Math.min(end, text.length));
    return [...range.getClientRects()].map(({ left, top, width, height }) => ({ left, top, width: Math.max(width, 3), height }));
  }

  follow() {
    this.boxes.style.transform = `translateY(${-this.area.scrollTop}px)`;
  }

  /** Scroll the field, if it does not show the first mark. */
  reveal() {
    const mark = this.boxes.firstChild;
    if (!mark) return;
    const [top, height] = [parseFloat(mark.style.top), parseFloat(mark.style.height)];
    const { scrollTop, clientHeight } = this.area;
    if (top < scrollTop || top + height > scrollTop + clientHeight) this.area.scrollTop = top - clientHeight / 2;
  }

  forget() {
    this.watcher.disconnect();
  }
}
