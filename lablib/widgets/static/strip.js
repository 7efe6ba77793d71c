// The token strip. Text arrives made visible by Python and is only ever set as textContent.
//
// Chips stand in blocks of some hundred, which end with a line of text where they can. A block far
// from what is being looked at is an empty box of about the right height until it comes near, so the
// page carries a long text as lightly as a short one.
//
// Of very many tokens the model's list holds the first only. The others are asked for when their
// block comes near, and kept in `tokens.later`, by index: they go when the list is replaced.

import { colour, gradient, ink } from "./colours.js";
import { element, keepKeys, zoomOf } from "./dom.js";
import { withLateStart } from "./late_start.js";

const SMALLEST_BLOCK = 128;
const LARGEST_BLOCK = 512;
const COMING = { text: "…" }; // stands for a token that is still in Python
const OUTLINES = 6; // how many outlines strip.css has for marks

/** The [start, end) of each block. It depends only on the tokens before its end. */
export function blocks(tokens, count = tokens.length) {
  const ranges = [];
  let start = 0;
  tokens.forEach((token, i) => {
    const size = i + 1 - start;
    const full = size >= LARGEST_BLOCK || (size >= SMALLEST_BLOCK && token.ends_line);
    if (!full && i + 1 < tokens.length) return;
    ranges.push([start, i + 1]);
    start = i + 1;
  });
  for (; start < count; start += LARGEST_BLOCK) ranges.push([start, Math.min(start + LARGEST_BLOCK, count)]);
  return ranges;
}

/** The selection after `index` was switched on or off. */
export function toggle(selected, index, mode) {
  if (mode === "none") return selected;
  if (selected.includes(index)) return selected.filter((i) => i !== index);
  return mode === "one" ? [index] : ordered([...selected, index]);
}

/** The selection with everything from `anchor` to `index` added. */
export function extend(selected, anchor, index) {
  const [first, last] = [Math.min(anchor, index), Math.max(anchor, index)];
  return ordered([...selected, ...Array.from({ length: last - first + 1 }, (_, i) => first + i)]);
}

function ordered(indices) {
  return [...new Set(indices)].sort((a, b) => a - b);
}

function sameToken(a, b) {
  return a === b || (a && Object.keys({ ...a, ...b }).every((key) => a[key] === b[key]));
}

/** "0.12 bits", or what there is of it. */
function withUnit(text, unit) {
  return unit ? `${text} ${unit}` : text;
}

/** What is known of a token, as [name, text] pairs: the card's rows and the screen reader's words. */
function facts(token, look) {
  return [
    ["id", token.id],
    ["bytes", token.bytes],
    [look.valueLabel, token.number && withUnit(token.number, look.scale.unit)],
    ["mark", token.mark],
    ["note", token.special ? ["special token", token.note].filter(Boolean).join(", ") : token.note],
  ].filter(([, text]) => text !== undefined && text !== "");
}

/** One sentence for a screen reader. */
function sentence(token, look) {
  const words = facts(token, look)
    .filter(([name]) => name !== "bytes")
    .map(([name, text]) => (name === "mark" || name === "note" ? text : `${name} ${text}`));
  return [token.spoken || token.text || "empty", ...words].join(", ");
}

/** The option of one token: an inline box, so that a line can break after it, round the chip. */
function newOption() {
  const option = element("span", "lab-token");
  const chip = element("span", "lab-chip");
  chip.append(element("bdi", "lab-chip-text"), element("span", "lab-chip-number"));
  option.append(chip);
  option.setAttribute("role", "option");
  option.tabIndex = -1;
  return option;
}

function drawOption(option, token, look) {
  if (option.look === look && sameToken(option.token, token)) return;
  Object.assign(option, { token, look });
  const chip = option.firstChild;
  chip.firstChild.textContent = token.text;
  chip.lastChild.textContent = token.number ?? token.caption ?? "";
  chip.classList.toggle("lab-special", Boolean(token.special));
  chip.dataset.outline = token.mark ? look.outlineOf(token.mark) : "";
  option.classList.toggle("lab-ends-line", Boolean(token.ends_line));
  option.setAttribute("aria-label", sentence(token, look));
  paint(chip, token.value, look.scale);
}

function paint(chip, value, { min, max, palette }) {
  const rgb = value === undefined ? null : colour((value - min) / (max - min), palette);
  chip.style.backgroundColor = rgb ? `rgb(${rgb})` : "";
  chip.style.color = rgb ? ink(rgb) : "";
}

/** The colour scale: what is shown, from where to where. */
function scaleLegend({ valueLabel, scale: { ends, palette, unit } }) {
  const bar = element("span", "lab-scale");
  bar.style.background = gradient(palette);
  const item = element("span", "lab-legend-item");
  const name = element("span", "", unit ? `${valueLabel} (${unit})` : valueLabel);
  item.append(name, element("span", "", ends[0]), bar, element("span", "", ends[1]));
  return item;
}

/** One mark's outline and its name. */
function markLegend(mark, look) {
  const item = element("span", "lab-legend-item");
  const sample = element("span", "lab-chip lab-sample");
  sample.dataset.outline = look.outlineOf(mark);
  item.append(sample, element("bdi", "", mark));
  return item;
}

/** A check box with its label. */
function newSwitch(text, onChange) {
  const label = element("label", "lab-legend-item");
  const box = element("input");
  box.type = "checkbox";
  box.addEventListener("change", () => onChange(box.checked));
  label.append(box, element("span", "", text));
  return { label, box };
}

/** The card of one token: a popover, which no cell output can cut off. */
class Card {
  constructor() {
    this.node = element("div", "lab-card");
    this.node.popover = "manual";
    this.node.setAttribute("aria-hidden", "true"); // the option's own label says the same
  }

  show(option, look) {
    const { firstChild: chip, token } = option;
    this.option = option;
    const list = element("dl");
    for (const [name, text] of facts(token, look)) {
      const value = element("dd");
      value.append(element("bdi", "", text));
      list.append(element("dt", "", name), value);
    }
    this.node.replaceChildren(element("bdi", "lab-card-text", token.text), list);
    this.node.showPopover?.();
    this.place(chip.getBoundingClientRect());
  }

  /** Over the chip, since what a click changes stands below; or under it where there is no room above. */
  place(chip) {
    this.node.style.left = "0"; // near the right edge it would be measured too narrow
    const { width, height } = this.node.getBoundingClientRect();
    const left = Math.max(4, Math.min(chip.left, window.innerWidth - width - 4));
    const above = chip.top - height - 6;
    const top = above >= 4 ? above : Math.min(chip.bottom + 6, window.innerHeight - height - 4);
    const zoom = zoomOf(this.node);
    Object.assign(this.node.style, { left: `${left / zoom}px`, top: `${top / zoom}px` });
  }

  hide() {
    this.option = undefined;
    if (this.node.matches(":popover-open")) this.node.hidePopover();
  }
}

class Strip {
  constructor(model, el) {
    this.model = model;
    this.current = 0; // the one option the Tab key reaches
    this.sought = null; // what was selected and is kept in sight until the reader goes elsewhere
    this.list = element("div", "lab-tokens");
    this.list.setAttribute("role", "listbox");
    keepKeys(this.list);
    this.legend = element("div", "lab-legend");
    this.keys = element("span", "lab-legend-keys");
    this.numbers = newSwitch("show the numbers", (on) => this.save("show_numbers", on));
    this.legend.append(this.keys, this.numbers.label);
    this.card = new Card();
    el.classList.add("lab-strip");
    el.append(this.list, this.legend, this.card.node);
    this.near = new IntersectionObserver((seen) => this.fillSeen(seen), {
      root: this.list,
      rootMargin: "600px",
    });
    this.listen();
    this.restyle();
    this.setAnchor();
  }

  /** The tokens that came at once. */
  get tokens() {
    return this.model.get("tokens");
  }

  /** How many tokens there are, here or still in Python. */
  get count() {
    return Math.max(this.model.get("total"), this.tokens.length);
  }

  /** A token, or undefined if it is still in Python. */
  tokenAt(index) {
    return this.tokens[index] ?? this.tokens.later?.get(index);
  }

  isHere([start, end]) {
    return this.tokenAt(start) !== undefined && this.tokenAt(end - 1) !== undefined;
  }

  // Drawing

  /** Colours, labels or marks changed: everything that is on the page is drawn again. */
  restyle() {
    this.look = this.newLook();
    this.list.setAttribute("aria-label", this.model.get("label"));
    this.draw();
  }

  newLook() {
    const used = new Set(this.tokens.map((token) => token.mark).filter(Boolean));
    const order = [...new Set([...this.model.get("marks"), ...used])];
    return {
      valueLabel: this.model.get("value_label"),
      scale: this.model.get("scale"),
      hasValues: this.tokens.some((token) => token.number !== undefined),
      hasNumbers: this.tokens.some((token) => (token.number ?? token.caption) !== undefined),
      marks: order.filter((mark) => used.has(mark)),
      outlineOf: (mark) => order.indexOf(mark) % OUTLINES,
    };
  }

  /** Other tokens, or another number of them; the two often change in one message. */
  renew() {
    if (this.drawn.tokens !== this.tokens || this.drawn.count !== this.count) this.update();
  }

  /** Tokens changed or came: only what differs is touched. */
  update() {
    const look = this.newLook();
    const legend = ({ hasValues, hasNumbers, marks }) => `${[hasValues, hasNumbers, marks]}`;
    const sameLegend = legend(look) === legend(this.look);
    if (!sameLegend) this.look = look;
    const follow = this.grows() && this.atEnd();
    this.draw();
    if (follow) this.list.scrollTop = this.list.scrollHeight;
  }

  /** Whether tokens were put behind the last one that is drawn. */
  grows() {
    const last = this.list.lastChild?.lastChild;
    return Boolean(last) && last.index + 1 < this.tokens.length && sameToken(last.token, this.tokens[last.index]);
  }

  atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 48;
  }

  draw() {
    const ranges = blocks(this.tokens, this.count);
    this.drawn = { tokens: this.tokens, count: this.count };
    this.width = Math.max(this.list.clientWidth, 100); // read once: to ask lays the page out
    ranges.forEach((range, i) => this.drawBlock(i, range));
    while (this.list.children.length > ranges.length) this.list.lastChild.remove();
    this.moveTabStop(Math.min(this.current, Math.max(this.count - 1, 0)));
    this.drawHovered();
    this.drawCard();
    this.drawLegend();
  }

  drawBlock(i, range) {
    const block = this.list.children[i] ?? this.newBlock();
    block.range = range;
    if (i === 0 || block.filled) this.fill(block);
    else block.style.height = `${this.estimate(range)}px`;
  }

  newBlock() {
    const block = element("div", "lab-block");
    block.setAttribute("role", "none");
    this.list.append(block);
    this.near.observe(block);
    return block;
  }

  /** About how high a block will be, from its number of letters; those not here are like the others. */
  estimate([start, end]) {
    const here = this.tokens.slice(start, end);
    const letters = here.length ? here.reduce((sum, token) => sum + token.text.length + 2, 0) : 6 * (end - start);
    return Math.ceil((letters * 8.5) / this.width) * 30;
  }

  fill(block) {
    const [start, end] = block.range;
    if (!this.isHere(block.range)) this.want(block.range);
    block.filled = true;
    block.style.height = "";
    this.near.unobserve(block);
    while (block.children.length > end - start) block.lastChild.remove();
    for (let i = start; i < end; i++) {
      const option = block.children[i - start] ?? block.appendChild(newOption());
      option.index = i;
      drawOption(option, this.tokenAt(i) ?? COMING, this.look);
    }
    this.drawSelected(block);
  }

  /** Blocks that came near are drawn, or first asked for. */
  fillSeen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && this.isHere(target.range)) this.fill(target);
      else if (isIntersecting) this.want(target.range);
    }
    this.reveal(this.optionAt(this.sought));
  }

  want([start, end]) {
    const asked = (this.tokens.asked ??= new Set());
    if (!asked.has(start)) this.model.send({ want: [start, end] });
    asked.add(start);
  }

  /** Tokens came that were asked for. */
  receive(first, last) {
    for (const block of this.list.children) {
      const [start, end] = block.range;
      if (start < last && first < end) this.fill(block);
    }
    this.reveal(this.optionAt(this.sought)); // blocks above it may now be higher or lower
  }

  drawSelected(within = this.list) {
    const mode = this.model.get("selection");
    const chosen = new Set(this.model.get("selected"));
    this.list.dataset.selection = mode;
    this.list.setAttribute("aria-multiselectable", String(mode === "many"));
    for (const option of within.querySelectorAll(".lab-token"))
      option.ariaSelected = mode === "none" ? null : String(chosen.has(option.index));
  }

  drawHovered() {
    const option = this.optionAt(this.model.get("hovered"));
    if (option === this.pointed) return;
    this.pointed?.classList.remove("lab-hovered");
    option?.classList.add("lab-hovered");
    this.pointed = option;
  }

  /** An open card goes on telling of its token, which may have changed or gone. */
  drawCard() {
    const { option } = this.card;
    if (option) this.point(option.isConnected ? option : undefined);
  }

  drawLegend() {
    const { hasValues, hasNumbers, marks } = this.look;
    const show = this.model.get("show_numbers");
    this.list.classList.toggle("lab-numbered", show && hasNumbers);
    this.numbers.box.checked = show;
    this.numbers.label.hidden = !hasNumbers;
    this.legend.hidden = !this.model.get("legend") || !(hasNumbers || marks.length);
    if (this.legendLook === this.look) return;
    this.legendLook = this.look;
    const scale = hasValues ? [scaleLegend(this.look)] : [];
    this.keys.replaceChildren(...scale, ...marks.map((mark) => markLegend(mark, this.look)));
  }

  /** The selection changed, here or in Python: Shift extends what is selected now. */
  reselect() {
    this.setAnchor();
    this.drawSelected();
    this.sought = this.model.get("selected")[0] ?? null;
    this.reveal(this.optionAt(this.sought));
  }

  /** Scroll the list (not the page) until an option is in sight. */
  reveal(option) {
    if (!option) return;
    const [box, frame] = [option.firstChild, this.list].map((node) => node.getBoundingClientRect());
    const zoom = zoomOf(this.list);
    if (box.top < frame.top) this.list.scrollTop += (box.top - frame.top) / zoom - 4;
    else if (box.bottom > frame.bottom) this.list.scrollTop += Math.min((box.bottom - frame.bottom) / zoom + 4, (box.top - frame.top) / zoom);
  }

  /** The option of an index, making its block if it is not there yet; undefined for none. */
  optionAt(index) {
    const holds = ({ range: [start, end] }) => index !== null && start <= index && index < end;
    const block = Array.from(this.list.children).find(holds);
    if (block && !block.filled) this.fill(block);
    return block?.children[index - block.range[0]];
  }

  // What the reader does

  listen() {
    const on = (name, act) => this.list.addEventListener(name, act);
    const optionOf = (event) => event.target.closest?.(".lab-token");
    on("pointerover", (event) => this.point(optionOf(event)));
    on("pointerleave", () => this.point(undefined));
    on("focusin", (event) => this.focused(optionOf(event)));
    on("focusout", () => this.point(undefined));
    on("scroll", () => this.card.hide());
    on("keydown", (event) => this.key(event));
    for (const name of ["wheel", "pointerdown", "keydown", "touchmove"])
      this.list.addEventListener(name, () => (this.sought = null), { passive: true });
    on("click", (event) => this.click(optionOf(event), event.shiftKey));
  }

  save(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  point(option) {
    const index = option?.index ?? null;
    if (option) this.card.show(option, this.look);
    else this.card.hide();
    if (this.model.get("hovered") !== index) this.save("hovered", index);
  }

  focused(option) {
    if (!option) return;
    // The list holds only the options near by, so the one in focus says which of how many it is.
    option.setAttribute("aria-posinset", option.index + 1);
    option.setAttribute("aria-setsize", this.count);
    this.moveTabStop(option.index);
    if (option.matches(":focus-visible")) this.point(option);
  }

  moveTabStop(index) {
    if (this.tabStop) this.tabStop.tabIndex = -1;
    this.current = index;
    this.tabStop = this.optionAt(index);
    if (this.tabStop) this.tabStop.tabIndex = 0;
  }

  click(option, shift) {
    if (option) this.choose(option.index, shift);
  }

  choose(index, shift) {
    const mode = this.model.get("selection");
    if (shift && mode === "many") return this.extendTo(index);
    const selected = toggle(this.model.get("selected"), index, mode);
    if (mode !== "none") this.save("selected", selected);
    this.setAnchor(index);
  }

  /** From where Shift extends what selection. */
  setAnchor(index = this.current) {
    this.anchor = { index, selected: this.model.get("selected") };
  }

  extendTo(index) {
    const anchor = this.anchor;
    this.save("selected", extend(anchor.selected, anchor.index, index));
    this.anchor = anchor; // so that the next key with Shift may also take back
  }

  key(event) {
    if (event.key === "Escape") return this.card.hide();
    const chooses = event.key === "Enter" || event.key === " ";
    const target = chooses ? this.current : this.destination(event.key);
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (chooses) this.choose(this.current, event.shiftKey);
    else this.move(target, event.shiftKey);
  }

  move(index, shift) {
    const extends_ = shift && this.model.get("selection") === "many";
    if (!extends_) this.setAnchor(index);
    this.optionAt(index)?.focus();
    if (extends_) this.extendTo(index);
  }

  /** Where a key leads from the current option; undefined for a key that leads nowhere. */
  destination(key) {
    const last = this.count - 1;
    if (key === "ArrowRight") return Math.min(this.current + 1, last);
    if (key === "ArrowLeft") return Math.max(this.current - 1, 0);
    if (key === "ArrowDown") return this.onNextLine(1);
    if (key === "ArrowUp") return this.onNextLine(-1);
    return { Home: 0, End: last }[key];
  }

  /** The option nearest to the current one on the line below (step 1) or above it (step -1). */
  onNextLine(step) {
    const box = (index) => this.optionAt(index)?.firstChild.getBoundingClientRect();
    const from = box(this.current);
    const away = (to) => Math.abs(to.left + to.right - from.left - from.right);
    let best = this.current;
    let line = null;
    for (let i = this.current + step, to; (to = box(i)); i += step) {
      if (to.top === from.top) continue;
      line ??= to.top;
      if (to.top !== line) break;
      if (best === this.current || away(to) < away(box(best))) best = i;
    }
    return best;
  }
}

/** New tokens go into the model's own list, once for all views; then each view draws them. */
function initialize({ model }) {
  model.on("msg:custom", ({ at, append, put }) => {
    const tokens = model.get("tokens");
    if (append) tokens.splice(at, Infinity, ...append);
    const later = (tokens.later ??= new Map());
    put?.forEach((token, i) => later.set(at + i, token));
  });
}

function render({ model, el }) {
  const strip = new Strip(model, el);
  const reactions = {
    "change:tokens": () => strip.renew(),
    "change:total": () => strip.renew(),
    "msg:custom": ({ at, put }) => (put ? strip.receive(at, at + put.length) : strip.update()),
    "change:selected": () => strip.reselect(),
    "change:hovered": () => strip.drawHovered(),
  };
  for (const name of ["scale", "value_label", "marks", "label", "legend", "show_numbers", "selection"])
    reactions[`change:${name}`] = () => strip.restyle();
  for (const [event, act] of Object.entries(reactions)) model.on(event, act);
  return () => {
    strip.near.disconnect();
    for (const [event, act] of Object.entries(reactions)) model.off(event, act);
  };
}

export default withLateStart({ initialize, render });
