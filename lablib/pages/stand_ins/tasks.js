// Stands in for `lablib.seq2seq.panel.tasks`: one model and one text, under each prefix that the model knows.

import { percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";
import { table } from "./tables.js";

/** The tasks pocket-t5 has learned, as its texts begin. */
const BEGINNINGS = [
  ...["French", "Chinese"].map((language) => `translate English to ${language}: `),
  ...["date", "number", "past", "plural", "reverse"].map((task) => `${task}: `),
];

export class TasksStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    for (const part of ["text", "own"]) this.on(part, "change:value", () => this.draw());
  }

  draw() {
    const [text, own] = [this.get("text", "value"), this.get("own", "value")];
    const beginnings = [...new Set([...BEGINNINGS, own])];
    const rows = [];
    return this.work("prefixes", { text, beginnings }, (found) => {
      rows.push([beginnings[rows.length].trim() || "(none)", found.text, percent(found.probability, 0)]);
      if (rows.length === beginnings.length) this.set("table", { value: tasksTable(rows) });
      this.say({ share: rows.length / beginnings.length, text: `${rows.length} of ${beginnings.length} prefixes` });
    });
  }

  clear() {
    this.set("table", { value: "" });
  }

  codeLines() {
    return (
      `text = ${repr(this.get("text", "value"))}\n` +
      `beginnings = [*ss.prefixes(m), ${repr(this.get("own", "value"))}]\n` +
      "[(beginning, found.text) for beginning, found in ss.by_prefix(m, text, beginnings)]"
    );
  }
}

/** What the model writes under each prefix. */
function tasksTable(rows) {
  const columns = {
    prefix: "how the text begins",
    "it writes": "taking the likeliest token each time",
    "first token": "how probable the first token it wrote was",
  };
  return table("The same text under each prefix", columns, rows, 2);
}
