// Stands in for `lablib.seq2seq.panel.muting`: the three attentions of both stacks, and cross-attention with
// heads muted.

import { bytesOf, headsCode, mutedHeads, openHead, showMaps } from "./maps.js";
import { figure, repr } from "./python.js";
import { StandIn } from "./stand_in.js";
import { table } from "./tables.js";

export class CrossHeadsStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this.on("text", "change:value", () => this.draw());
    this.on("which", "change:index", () => this.draw());
    this.on("map", "change:muted", () => this.draw());
    this.on("map", "change:opened", () => openHead(this));
  }

  /** The attention that is chosen: "cross", "encoder" or "decoder". */
  get _which() {
    return this.get("which", "_options_labels")[this.get("which", "index")];
  }

  draw() {
    return this.work("crossHeads", { text: this.get("text", "value"), muted: mutedHeads(this) }, (found) => this._show(found));
  }

  _show(found) {
    this.set("text", { note: found.note });
    this.set("map", { size: found.size, values: bytesOf(found.entropy) });
    showMaps(this, found.maps[this._which]);
    this.set("table", { value: mutingTable(found, mutedHeads(this).length) });
  }

  clear() {
    this.set("table", { value: "" });
  }

  codeLines() {
    return (
      `text = ${repr(this.get("text", "value"))}\n` +
      `found = ss.mute(m, text, heads=${headsCode(mutedHeads(this))})\n` +
      `found.before.text, found.after.text, found.before.maps.${this._which}.weights`
    );
  }
}

/** What the model writes with all heads and without some. */
function mutingTable({ before, after }, count) {
  const columns = {
    "cross-attention": "which heads may look at the source",
    "it writes": "taking the likeliest token each time",
    loss: "of the first text, in nats per token",
  };
  const rows = [["all heads", before.text, figure(before.loss)]];
  if (after) rows.push([count === 1 ? "1 head muted" : `${count} heads muted`, after.text, figure(after.loss)]);
  return table("With and without", columns, rows, 2);
}
