// Stands in for `lablib.sampling.panel.knobs`.

import { TRANSFORMERS_ORDER } from "../../sampling/views/knobs_math.js";
import { knobsCode } from "./knob_code.js";
import { repr } from "./python.js";
import { StandIn } from "./stand_in.js";

export class KnobStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this.on("text", "change:value", () => this.draw());
    this.on("view", "change:picked", () => this.take(this.get("view", "picked")));
    this.on("view", "change:summary", () => this.showCode());
  }

  draw() {
    const text = this.get("text", "value");
    return this.work("next", { text }, ({ ids, note, scores }) => {
      this.set("text", { note });
      const logits = new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength);
      this.set("view", { previous: ids, prompt_text: text, logits, picked: null });
    });
  }

  /** @param {number | null} picked   the token to put at the end of the prompt */
  take(picked) {
    if (picked === null) return;
    const before = this.get("text", "value");
    this.work("spell", { id: picked }, ({ text }) => this.set("text", { value: before + text }));
  }

  codeLines() {
    const order = this.get("view", "order");
    const moved = `${order}` === `${TRANSFORMERS_ORDER}` ? "" : `, order=[${order.map(repr).join(", ")}]`;
    return (
      `prompt = sp.prepare(m, ${repr(this.get("text", "value"))})\n` +
      `knobs = ${knobsCode(this.get("view", "knobs"))}\n` +
      "logits = sp.next_logits(m, prompt)\n" +
      `probabilities = sp.distribution(logits, knobs, prompt.ids${moved})\n` +
      "sp.top(m, probabilities, 10)"
    );
  }
}
