// The whole model as boxes: on the left the parts, in the middle the numbers of one of them, on the
// right what the model says, with and without the parts that are switched off.
//
// Traits in: boxes, values (float32), tokens, blocks, tour, rows, loss, asked, answered. Both ways:
// off_parts, off_blocks, open_block, chosen, step.

import { Picture, button, follow, moveAlong, oneTabStop } from "../../attention/views/controls.js";
import { onTheme } from "../../attention/views/pens.js";
import { bytesOf, element, keepKeys, oncePerFrame, write } from "../../widgets/static/dom.js";
import { withLateStart } from "../../widgets/static/late_start.js";
import { numbersPicture } from "./whole_numbers.js";
import { outcomePicture } from "./whole_outcome.js";

const [BEFORE, AFTER] = [-1, -2];

/** The words beside a switch, for whoever does not see the box. */
const switchName = (part) => `${part} in every block`;

/** A list with a member more or less. */
const without = (list, member) => list.filter((one) => one !== member);

class WholePicture extends Picture {
  constructor(model, el) {
    super(model, el);
    this.build();
    this.read();
  }

  build() {
    this.el.classList.add("lab-attention", "lab-whole");
    this.empty = element("p", "att-problem", "No model has read the text yet.");
    this.view = element("div", "whole-view");
    this.parts = element("div", "whole-parts");
    this.parts.setAttribute("role", "group");
    this.parts.setAttribute("aria-label", "The parts of the model, in the order in which they are computed");
    this.before = element("div", "whole-rows");
    this.frame = element("div", "whole-block");
    this.chips = element("div", "whole-chips");
    this.chips.setAttribute("role", "toolbar");
    this.chips.setAttribute("aria-label", "Which block is open");
    this.chips.addEventListener("keydown", (event) => {
      const to = moveAlong(this.chips, event);
      if (to !== null) this.openBlock(to);
    });
    this.whole = this.switchOf("", (on) => this.switchBlock(on));
    this.inside = element("div", "whole-rows");
    const head = element("div", "whole-head");
    head.append(this.whole.node, this.chips);
    this.frame.append(head, this.inside);
    this.after = element("div", "whole-rows");
    this.parts.append(this.before, this.frame, this.after);
    this.middle = element("div", "whole-middle");
    this.buildTour();
    this.numbers = numbersPicture();
    this.middle.append(this.tour, this.numbers.node);
    this.outcome = outcomePicture(() => this.reset());
    this.view.append(this.parts, this.middle, this.outcome.node);
    this.el.append(this.empty, this.view);
    keepKeys(this.el);
  }

  buildTour() {
    this.tour = element("div", "whole-tour");
    this.tour.setAttribute("role", "group");
    this.tour.setAttribute("aria-label", "Tour");
    this.tourText = element("p");
    this.tourText.setAttribute("role", "status");
    this.back = button("Back", () => this.go(this.model.get("step") - 1));
    this.next = button("", () => this.go(this.model.get("step") + 1));
    this.end = button("End", () => this.go(-1));
    const bar = element("div", "whole-steps");
    bar.append(this.back, this.next, this.end);
    this.tour.append(this.tourText, bar);
  }

  /** A switch without words of its own: a box that is ticked while the part is there. */
  switchOf(name, change) {
    const node = element("label", "whole-switch");
    const box = element("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", name);
    box.addEventListener("change", () => change(box.checked));
    node.append(box);
    return { node, box };
  }

  go(step) {
    const last = this.model.get("tour").length;
    this.save("step", step >= last ? -1 : step);
    if (step >= 0 && step < last) this.choose(this.model.get("tour")[step][0]);
  }

  /** Shows a box, and opens the block it is in. */
  choose(key) {
    const box = this.model.get("boxes").find((one) => one.key === key);
    if (!box) return;
    if (box.block >= 0) this.save("open_block", box.block);
    this.save("chosen", key);
  }

  openBlock(block) {
    const [part, rest] = this.model.get("chosen").split(" ");
    this.save("open_block", block);
    // The same part of the other block, so that the two can be compared.
    if (rest?.match(/^\d/)) this.save("chosen", `${part} ${rest.replace(/^\d+/, String(block))}`);
  }

  switchPart(part, on) {
    const off = without(this.model.get("off_parts"), part);
    this.save("off_parts", on ? off : [...off, part]);
  }

  switchBlock(on) {
    const block = this.model.get("open_block");
    const off = without(this.model.get("off_blocks"), block);
    this.save("off_blocks", on ? off : [...off, block].sort((a, b) => a - b));
  }

  reset() {
    this.save("off_parts", []);
    this.save("off_blocks", []);
  }

  /** Another text or model came. */
  read() {
    const boxes = this.model.get("boxes");
    this.empty.hidden = boxes.length > 0;
    this.view.hidden = boxes.length === 0;
    this.floats = new Float32Array(bytesOf(this.model.get("values")).slice().buffer);
    this.rows = new Map();
    const rowsOf = (block) => boxes.filter((box) => box.block === block).map((box) => this.rowOf(box));
    this.before.replaceChildren(...rowsOf(BEFORE));
    this.after.replaceChildren(...rowsOf(AFTER));
    const blocks = this.model.get("blocks");
    if (this.chips.children.length !== blocks) this.chips.replaceChildren(...Array.from({ length: blocks }, (_, i) => this.chip(i)));
    this.drawBlock();
    this.draw();
  }

  chip(block) {
    const node = button(String(block), () => this.openBlock(block), "whole-chip");
    node.setAttribute("aria-label", `Block ${block}`);
    return node;
  }

  rowOf(box) {
    const row = element("div", "whole-row");
    const open = button("", () => this.choose(box.key), "whole-box");
    open.append(element("span", "whole-title", box.title), element("span", "whole-shape", box.shape));
    const toggle = box.switch ? this.switchOf(switchName(box.switch), (on) => this.switchPart(box.switch, on)) : null;
    row.append(toggle ? toggle.node : element("span", "whole-switch"), open);
    this.rows.set(box.key, { box, row, open, toggle });
    return row;
  }

  /** The parts of the open block: their rows are made anew, with the focus where it was. */
  drawBlock() {
    const block = this.model.get("open_block");
    const focused = [...this.inside.querySelectorAll("button, input")].indexOf(document.activeElement);
    for (const [key, { box }] of this.rows) if (box.block >= 0) this.rows.delete(key);
    const boxes = this.model.get("boxes").filter((box) => box.block === block);
    this.inside.replaceChildren(...boxes.map((box) => this.rowOf(box)));
    if (focused >= 0) this.inside.querySelectorAll("button, input")[focused]?.focus();
  }

  draw() {
    const [parts, blocks] = [this.model.get("off_parts"), this.model.get("off_blocks")];
    const [open, chosen] = [this.model.get("open_block"), this.model.get("chosen")];
    for (const [key, { box, row, open: node, toggle }] of this.rows) {
      node.setAttribute("aria-pressed", String(key === chosen));
      const off = parts.includes(box.switch) || blocks.includes(box.block);
      row.classList.toggle("is-off", off);
      if (toggle) toggle.box.checked = !parts.includes(box.switch);
    }
    [...this.chips.children].forEach((chip, i) => {
      chip.setAttribute("aria-pressed", String(i === open));
      chip.classList.toggle("is-off", blocks.includes(i));
    });
    oneTabStop(this.chips);
    this.whole.box.checked = !blocks.includes(open);
    this.whole.box.setAttribute("aria-label", `Block ${open}`);
    this.drawNumbers();
    this.drawTour();
    this.drawOutcome();
  }

  drawNumbers() {
    const boxes = this.model.get("boxes");
    const chosen = this.model.get("chosen");
    const box = boxes.find((one) => one.key === chosen) ?? boxes[0];
    if (!box) return;
    const values = this.floats.subarray(box.start, box.start + box.rows * box.columns);
    this.numbers.draw(box, values, this.model.get("tokens"), this.el);
  }

  drawTour() {
    const [steps, step] = [this.model.get("tour"), this.model.get("step")];
    const on = step >= 0 && step < steps.length;
    this.tour.hidden = steps.length === 0;
    this.tour.classList.toggle("is-on", on);
    this.tourText.hidden = this.back.hidden = this.end.hidden = !on;
    write(this.next, on ? (step + 1 < steps.length ? "Next" : "Finish") : `Take the tour, ${steps.length} steps`);
    this.back.disabled = step <= 0;
    if (on) write(this.tourText, `${step + 1} of ${steps.length} · ${steps[step][1]}. ${steps[step][2]}`);
  }

  drawOutcome() {
    const off = [this.model.get("off_parts"), this.model.get("off_blocks")];
    const sorted = (lists) => JSON.stringify(lists.map((list) => [...list].sort()));
    this.outcome.draw({
      rows: this.model.get("rows"),
      loss: this.model.get("loss"),
      asked: this.model.get("asked"),
      off,
      waiting: sorted(off) !== sorted(this.model.get("answered")),
    });
  }
}

function render({ model, el }) {
  const view = new WholePicture(model, el);
  const unfollow = follow(model, [
    [["boxes", "values", "tokens", "blocks", "tour"], oncePerFrame(() => view.read())],
    [["open_block"], () => view.drawBlock()],
    [["off_parts", "off_blocks", "open_block", "chosen", "step"], () => view.draw()],
    [["rows", "loss", "asked", "answered"], () => view.drawOutcome()],
  ]);
  const forget = onTheme(() => view.drawNumbers());
  return () => {
    forget();
    unfollow();
  };
}

function isBlock(block, model) {
  return Number.isInteger(block) && block >= 0 && block < model.get("blocks");
}

/** The different ones of a list, if all are good; else undefined. */
function all(list, isGood) {
  return Array.isArray(list) && list.every(isGood) ? [...new Set(list)] : undefined;
}

/** What of the view a link to a page may set: for each trait the value that is taken, undefined for none. */
export const settings = {
  off_parts: (parts, model) => all(parts, (part) => typeof part === "string" && model.get("boxes").some((box) => box.switch === part)),
  off_blocks: (blocks, model) => all(blocks, (block) => isBlock(block, model))?.sort((a, b) => a - b),
  open_block: (block, model) => (isBlock(block, model) ? block : undefined),
  chosen: (key, model) => (model.get("boxes").some((box) => box.key === key) ? key : undefined),
};

export default withLateStart({ render });
