// Stands in for `lablib.seq2seq.panel.muting`: the three attentions of both stacks, and cross-attention with
// heads muted.

import { bytesOf, openHead, showMaps } from "./maps.js";
import { figure, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

export class CrossHeadsStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this.on("text", "change:value", () => this.draw());
    this.on("which", "change:index", () => this.draw());
    this.on("map", "change:muted", () => this.draw());
    this.on("map", "change:opened", () => openHead(this));
  }

  /** The muted heads, in order. */
  get _muted() {
    return [...this.get("map", "muted")].sort(([a, b], [c, d]) => a - c || b - d);
  }

  /** The attention that is chosen: "cross", "encoder" or "decoder". */
  get _which() {
    return this.get("which", "_options_labels")[this.get("which", "index")];
  }

  draw() {
    return this.work("crossHeads", { text: this.get("text", "value"), muted: this._muted }, (found) => this._show(found));
  }

  _show(found) {
    this.set("text", { note: found.note });
    this.set("map", { size: found.size, values: bytesOf(found.entropy) });
    showMaps(this, found.maps[this._which]);
    this.set("table", { value: mutingTable(found, this._muted.length) });
  }

  clear() {
    this.set("table", { value: "" });
  }

  codeLines() {
    const heads = this._muted.map(([layer, head]) => `(${layer}, ${head})`).join(", ");
    return (
      `text = ${repr(this.get("text", "value"))}\n` +
      `found = ss.mute(m, text, heads=[${heads}])\n` +
      `found.before.text, found.after.text, found.before.maps.${this._which}.weights`
    );
  }
}

/** What the model writes with all heads and without some. */
function mutingTable({ before, after }, count) {
  const columns = [
    { text: "cross-attention", title: "which heads may look at the source" },
    { text: "it writes", title: "taking the likeliest token each time" },
    { text: "loss", title: "of the first text, in nats per token" },
  ];
  const row = (name, { text, loss }) => ({ cells: [name, text, figure(loss)].map((each) => ({ text: each })) });
  const rows = [row("all heads", before)];
  if (after) rows.push(row(count === 1 ? "1 head muted" : `${count} heads muted`, after));
  return { table: { kind: "table", caption: "With and without", columns, rows, words: 2 } };
}
