// Attention from scratch: the stages as pictures, the switches, and the numbers of one link.
//
// Traits in: x (may be empty), q, k, v, bias (float32), shape, query_tokens, key_tokens, scale, causal. Both ways:
// use_scale, use_mask, temperature, pointed. All is computed here, so it answers without a kernel.

import { gradient } from "../../widgets/static/colours.js";
import { bytesOf, element, keepKeys, oncePerFrame, write } from "../../widgets/static/dom.js";
import { withLateStart } from "../../widgets/static/late_start.js";
import { Picture, arrowStep, button, follow, labelled, tick, within } from "./controls.js";
import { onTheme, themeOf } from "./pens.js";
import { detail, linkSentence } from "./steps_detail.js";
import { attentionSteps, dotProducts, meanEntropy } from "./steps_math.js";
import { INPUT, STAGES, stagePicture } from "./steps_stages.js";
import { largest } from "./weights_math.js";
import { figure } from "./words.js";

/** The numbers of a trait, which may stand at any byte of a larger message. */
function floatsOf(value) {
  return new Float32Array(bytesOf(value).slice().buffer);
}

/** x, q, k, v and their dot products; read anew only when they change. */
function readVectors(model) {
  const [queries, keys, size, valueSize] = model.get("shape");
  const [x, q, k, v, bias] = ["x", "q", "k", "v", "bias"].map((name) => floatsOf(model.get(name)));
  const shape = { queries, keys, size, valueSize, inputSize: x.length / queries };
  const whole = q.length === queries * size && k.length === keys * size && v.length === keys * valueSize;
  return whole && q.length > 0 ? { shape, x, q, k, v, bias, scores: dotProducts(q, k, shape) } : null;
}

/** What the switches say, and the scale in words. */
function settingsOf(model, { size }) {
  const own = model.get("scale");
  const usual = Math.abs(own * Math.sqrt(size) - 1) < 1e-6;
  const scaleText = usual ? `\u00f7 \u221a${size}` : `\u00d7 ${figure(own)}`;
  const scale = model.get("use_scale") ? own : 1;
  return { scale, scaleText, causal: model.get("use_mask"), temperature: model.get("temperature") };
}

/** The temperature: a slider on a logarithmic scale, 1 in the middle. */
function temperatureSlider(save) {
  const slider = element("input", "att-slider");
  const said = element("span", "att-said");
  Object.assign(slider, { type: "range", min: -20, max: 20, step: 1 });
  const node = labelled("Temperature", slider);
  node.append(said);
  slider.addEventListener("input", () => save("temperature", Number((10 ** (slider.value / 20)).toPrecision(3))));
  const draw = (temperature) => {
    slider.value = Math.round(20 * Math.log10(temperature));
    write(said, figure(temperature));
    slider.setAttribute("aria-valuetext", figure(temperature));
  };
  return { node, draw };
}

/** The formula, as the switches have it. */
function formulaText({ scale, scaleText, causal, temperature }, hasBias) {
  const scaled = `QK\u1d40${scale === 1 ? "" : ` ${scaleText}`}${hasBias ? " + bias" : ""}`;
  const heated = temperature === 1 ? scaled : `(${scaled}) \u00f7 ${figure(temperature)}`;
  return `softmax(${causal ? `mask(${heated})` : heated}) V`;
}

/** How sharp the attention is, beside how it is with the model's own settings. */
function sharpness(weights, own, shape) {
  const bits = (values) => `${meanEntropy(values, shape.queries).toFixed(2)} bits`;
  const most = largest([weights]);
  return `Entropy of a row: ${bits(weights)} on average (${bits(own)} as the model has it). Largest weight: ${figure(most)}.`;
}

class StepsPicture extends Picture {
  constructor(model, el) {
    super(model, el);
    this.draw = oncePerFrame(() => this.paint());
    this.build();
    this.read();
  }

  build() {
    const save = (name, value) => this.save(name, value);
    this.scale = tick("", (on) => save("use_scale", on));
    this.mask = tick("causal mask", (on) => save("use_mask", on));
    this.heat = temperatureSlider(save);
    const reset = button("As the model has it", () => this.reset());
    const bar = element("div", "att-bar");
    this.formula = element("p", "steps-formula");
    bar.append(this.formula, this.scale.node, this.mask.node, this.heat.node, reset);
    this.empty = element("p", "att-problem", "No queries and keys yet.");
    this.grid = element("div", "steps-grid");
    Object.assign(this.grid, { tabIndex: 0 });
    this.grid.setAttribute("role", "application");
    this.grid.setAttribute("aria-label", "Stages of attention: up and down choose the token that looks, left and right the token it looks at");
    this.input = stagePicture(INPUT, "", (place) => this.point(place));
    this.pictures = STAGES.map((stage, i) => stagePicture(stage, i + 1, (place) => this.point(place)));
    this.grid.append(...this.pictures.map(({ node }) => node));
    this.sharp = element("p", "att-summary");
    this.said = element("p", "att-spoken");
    this.said.setAttribute("role", "status");
    this.detail = detail();
    this.key = element("p", "att-legend");
    const colours = element("span", "att-scale");
    colours.style.background = gradient("signed");
    this.key.append(element("span", "", "\u2212"), colours, element("span", "", "+; grey: \u2212\u221e"));
    // The last line of the grid says how to read the stages.
    const about = element("div", "steps-about");
    about.append(this.key, this.sharp);
    this.grid.append(about);
    const view = element("div", "steps-view");
    view.append(this.grid, this.detail.node);
    this.el.classList.add("lab-attention", "lab-steps");
    this.el.append(bar, this.empty, view, this.said);
    this.grid.addEventListener("keydown", (event) => this.move(event));
    keepKeys(this.el);
  }

  reset() {
    this.save("use_scale", true);
    this.save("use_mask", this.model.get("causal"));
    this.save("temperature", 1);
  }

  /** New vectors came. */
  read() {
    this.vectors = readVectors(this.model);
    this.empty.hidden = Boolean(this.vectors);
    for (const part of [this.grid, this.detail.node, this.key]) part.hidden = !this.vectors;
    if (this.vectors) {
      if (this.vectors.x.length) this.grid.prepend(this.input.node);
      else this.input.node.remove();
      const scale = this.model.get("scale");
      this.own = attentionSteps({ ...this.vectors, scale, causal: this.model.get("causal"), temperature: 1 });
    }
    this.compute();
  }

  /** A switch moved. */
  compute() {
    const { vectors } = this;
    if (!vectors) return;
    const settings = settingsOf(this.model, vectors.shape);
    const stages = attentionSteps({ ...vectors, ...settings });
    const tokens = { query: this.model.get("query_tokens"), key: this.model.get("key_tokens") };
    this.now = { ...vectors, settings, stages, tokens };
    write(this.formula, formulaText(settings, vectors.bias.length > 0));
    write(this.scale.words, `scale: ${settings.scaleText}`);
    this.scale.box.checked = this.model.get("use_scale");
    this.mask.box.checked = this.model.get("use_mask");
    this.heat.draw(settings.temperature);
    write(this.sharp, sharpness(stages.weights, this.own.weights, vectors.shape));
    this.draw();
  }

  /** The place pointed at, within what there is. */
  pointed() {
    const { queries, keys } = this.now.shape;
    const { query = queries - 1, key = 0, dimension = null } = this.model.get("pointed");
    return { query: Math.min(query, queries - 1), key: Math.min(key, keys - 1), dimension };
  }

  paint() {
    if (!this.now) return;
    const started = performance.now();
    const { now } = this;
    const [pointed, theme] = [this.pointed(), themeOf(this.el)];
    const values = { ...now.stages, q: now.q, k: now.k, v: now.v };
    const common = { shape: now.shape, tokens: now.tokens, pointed, theme };
    if (now.x.length) this.input.draw({ ...common, values: now.x, text: INPUT.made });
    const texts = { scaled: now.settings.scale === 1 ? "not scaled" : `scores ${now.settings.scaleText}`, masked: now.settings.causal ? undefined : "no mask" };
    STAGES.forEach(({ name }, i) => this.pictures[i].draw({ ...common, values: values[name], text: texts[name] }));
    this.detail.draw(now, pointed, theme);
    this.el.__paint = performance.now() - started; // milliseconds, for the benchmark
  }

  point(place) {
    const next = { ...this.pointed(), ...place };
    if (JSON.stringify(next) !== JSON.stringify(this.model.get("pointed"))) this.save("pointed", next);
  }

  move(event) {
    const by = arrowStep(event);
    if (!by || !this.now) return;
    event.preventDefault();
    const { queries, keys } = this.now.shape;
    const { query, key } = this.pointed();
    this.point({ query: within(query + by[0], queries), key: within(key + by[1], keys), dimension: null });
    write(this.said, linkSentence(this.now, this.pointed(), "spoken"));
  }
}

const VECTORS = ["x", "q", "k", "v", "bias", "shape", "query_tokens", "key_tokens", "scale", "causal"];
const SWITCHES = ["use_scale", "use_mask", "temperature"];

function render({ model, el }) {
  const view = new StepsPicture(model, el);
  const unfollow = follow(model, [
    [VECTORS, oncePerFrame(() => view.read())],
    [SWITCHES, () => view.compute()],
    [["pointed"], () => view.draw()],
  ]);
  const forget = onTheme(() => view.draw());
  return () => {
    forget();
    unfollow();
  };
}

/** What of the view a link to a page may set: for each trait the value that is taken, undefined for none. */
export const settings = {
  use_scale: (use) => (typeof use === "boolean" ? use : undefined),
  use_mask: (use) => (typeof use === "boolean" ? use : undefined),
  temperature: (value) => (Number.isFinite(value) ? Math.min(10, Math.max(0.1, value)) : undefined),
};

export default withLateStart({ render });
