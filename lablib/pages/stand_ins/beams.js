// Stands in for `lablib.sampling.panel.beams`: the tree of a beam search as it grows, and greedy decoding.

import { chip, visible } from "./chips.js";
import { figure, repr, times } from "./python.js";
import { StandIn } from "./stand_in.js";

const NAMES = { picked: "Click a token of the tree to see the text that leads to it", winner: "Beam search", greedy: "Greedy" };

export class BeamStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._found = null;
    for (const part of ["text", "beams", "steps"]) this.on(part, "change:value", () => this.draw());
    this.on("tree", "change:picked", () => this._pick(this.get("tree", "picked")));
  }

  /** Searches once more: the texts behind the tree are not on the page. */
  begin() {
    return this.draw();
  }

  async draw() {
    const what = { text: this.get("text", "value"), beams: this.get("beams", "value"), steps: this.get("steps", "value") };
    this.set("tree", { picked: null });
    const done = await this.work("beams", what, (part) => {
      if (!part.steps) return this.set("text", { note: part.note });
      this._show(part);
      this.say({ share: part.steps.length / part.total, text: `${part.steps.length} of ${part.total} steps` });
    });
    if (done) this.set("words", { value: gainWords(this._path(this._found.winner), this._found.greedy) });
  }

  _show(found) {
    this._found = found;
    this.set("tree", { nodes: treeNodes(found) });
    this._showLine("winner", this._path(found.winner));
    this._showLine("greedy", found.greedy);
  }

  /** The nodes at these places, one of each step. */
  _path(places) {
    return places.map((place, step) => this._found.steps[step][place]);
  }

  _pick(node) {
    if (!this._found) return;
    const places = this._found.steps.flatMap((nodes, step) => nodes.map((_, place) => [step, place]));
    const path = [];
    if (node !== null)
      for (let [step, place] = places[node]; step >= 0; place = this._found.steps[step][place].parent, step--) path.unshift(this._found.steps[step][place]);
    this._showLine("picked", path);
  }

  /**
   * @param {"picked" | "winner" | "greedy"} line
   * @param {any[]} nodes
   */
  _showLine(line, nodes) {
    this.set(`${line}.words`, { value: lineWords(NAMES[line], nodes) });
    const tokens = nodes.map(({ entry, logProbability }) => chip(entry, this.names, { value: Math.exp(logProbability) }));
    this.set(`${line}.strip`, { selected: [], tokens });
  }

  codeLines() {
    return (
      `prompt = ${repr(this.get("text", "value"))}\n` +
      `beams, steps = ${this.get("beams", "value")}, ${this.get("steps", "value")}\n` +
      "tree = sp.beam_search(m, prompt, beams, steps)\n" +
      "winner, greedy = tree.winner[-1].cumulative, tree.greedy[-1].cumulative\n" +
      "tree.text, winner, greedy"
    );
  }
}

/** The tree as the view takes it. */
function treeNodes({ steps, winner }) {
  const first = steps.map((_, step) => steps.slice(0, step).reduce((count, nodes) => count + nodes.length, 0));
  return steps.flatMap((nodes, step) =>
    nodes.map((node, place) => ({
      id: first[step] + place,
      parent: step ? first[step - 1] + node.parent : null,
      text: visible(node.text),
      value: Math.exp(node.logProbability),
      cumulative: node.cumulative,
      state: winner[step] === place ? "winner" : stateOf(node),
      step,
    })),
  );
}

function stateOf({ finished, kept }) {
  if (finished) return "finished";
  return kept ? "kept" : "pruned";
}

/** A text's name with how probable the model finds it. */
function lineWords(name, nodes) {
  if (!nodes.length) return name;
  const { cumulative } = nodes.at(-1);
  const rounded = (/** @type {number} */ value) => figure(Math.round(100 * value) / 100);
  return `${name}: log-probability ${rounded(cumulative)} nats, ${rounded(cumulative / nodes.length)} per token`;
}

/** What beam search gained over greedy decoding, in a sentence. */
function gainWords(winner, greedy) {
  if (`${winner.map(({ id }) => id)}` === `${greedy.map(({ id }) => id)}`) return "Beam search and greedy decoding write the same text.";
  const alike = winner.length === greedy.length;
  const [searched, followed] = [winner, greedy].map((nodes) => nodes.at(-1).cumulative / (alike ? 1 : nodes.length));
  const subject = alike ? "Beam search's text is" : "The texts differ in length: per token, beam search's is";
  const gain = times(Math.exp(Math.min(Math.abs(searched - followed), 100)));
  if (searched >= followed) return `${subject} ${gain} as likely as greedy's, by the model's own probabilities.`;
  return `Greedy's is ${gain} as likely here: its text was dropped on the way.`;
}
