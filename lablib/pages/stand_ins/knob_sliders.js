// The sliders of the knobs (`lablib.sampling.panel.controls.KnobSliders`), as they stand in a panel of a page.

import { NEUTRAL } from "../../sampling/views/knobs_math.js";

const UNUSED_LIMIT = "Mirostat moves the surprisal limit itself: the fixed one is not used.";

export class KnobSliders {
  /**
   * @param {import("./stand_in.js").StandIn} panel
   * @param {string} name   of the sliders among the panel's parts
   * @param {() => void} onChange
   */
  constructor(panel, name, onChange = () => {}) {
    this._panel = panel;
    this.name = name;
    const knobs = Object.keys(NEUTRAL).map((knob) => `sliders.${knob}`);
    for (const slider of [...knobs, "moving.target", "moving.rate"])
      panel.on(`${name}.${slider}`, "change:value", () => {
        this._turned();
        onChange();
      });
  }

  /** @param {string} slider */
  _value(slider) {
    return this._panel.get(`${this.name}.${slider}`, "value");
  }

  _turned() {
    const unused = this.mirostat && this.knobs.max_surprisal;
    this._panel.set(`${this.name}.words`, { value: unused ? UNUSED_LIMIT : "" });
  }

  /** @returns {Record<string, number>} */
  get knobs() {
    return Object.fromEntries(Object.keys(NEUTRAL).map((knob) => [knob, this._value(`sliders.${knob}`)]));
  }

  /** What moves the limit of surprisal; null for nothing. */
  get mirostat() {
    const [target, rate] = [this._value("moving.target"), this._value("moving.rate")];
    return target ? { target, rate } : null;
  }

  /**
   * What a knob is called on the page.
   * @param {string} knob
   */
  label(knob) {
    return this._panel.get(`${this.name}.sliders.${knob}`, "description");
  }
}
