// A model's own page: it writes, shows what may come next, and what a head looks at.

import { NEUTRAL, probability, rank, stages } from "../../sampling/views/knobs_math.js";
import { button, element, write } from "../../widgets/static/dom.js";
import { ByteBpe } from "../engine/byte_bpe.js";
import { Engine } from "../engine/client.js";

const MODEL = "own";
const REST = 200; // milliseconds without a key before what is typed is read
const LIKELIEST = 10;

const place = (id) => /** @type {any} */ (document.getElementById(id));
const packed = globalThis.labModels[MODEL];
const tokenizer = new ByteBpe(packed.tokenizer);
const engine = new Engine(globalThis.labEngine);
engine.open(MODEL, packed);

/** The model's reading of the text as it stands: its ids, every head's attention, the last scores. */
let reading = null;
let query = -1;
let resting;

const say = (words) => write(place("status"), words);
const number = (id) => {
  const { valueAsNumber, min, max } = place(id);
  const low = Math.max(Number.isFinite(valueAsNumber) ? valueAsNumber : Number(place(id).defaultValue), Number(min));
  return max ? Math.min(low, Number(max)) : low;
};
const knobs = () => ({ ...NEUTRAL, temperature: number("temperature"), top_p: number("top-p") });

/** A token as it is seen: spaces and ends of lines have a sign. */
function shown(id) {
  return tokenizer.decode([id]).replaceAll(" ", "␣").replaceAll("\n", "⏎") || "∅";
}

const percent = (share) => `${(share * 100).toPrecision(3)} %`;

async function look() {
  try {
    const text = place("text").value;
    const end = await engine.run("look", MODEL, "read", { text }, (part) => (reading = part));
    if (end === "stopped") return;
    query = reading.ids.length - 1;
    drawNext();
    drawTokens();
    say(`${reading.ids.length} of ${packed.config.n_positions} tokens read.`);
  } catch (error) {
    say(error.message);
  }
}

function drawNext() {
  const { after } = stages(rank(reading.scores), knobs(), reading.ids).at(-1);
  const count = Math.min(LIKELIEST, after.ids.length);
  const rows = Array.from({ length: count }, (_, i) => {
    const share = probability(after, i);
    const row = element("tr");
    const bar = element("td", "", percent(share));
    bar.style.setProperty("--share", String(share));
    row.append(element("td", "", shown(after.ids[i])), bar);
    return row;
  });
  place("next").tBodies[0].replaceChildren(...rows);
}

/** The attention that the chosen token pays to each, by the chosen head. */
function row() {
  const size = reading.ids.length;
  const at = (Number(place("layer").value) * packed.config.n_head + Number(place("head").value)) * size + query;
  return reading.maps.subarray(at * size, (at + 1) * size);
}

function drawTokens() {
  const shares = row();
  const strongest = Math.max(...shares);
  const buttons = reading.ids.map((id, i) => {
    const token = button("", shown(id), () => choose(i));
    token.title = i <= query ? percent(shares[i]) : "comes later";
    token.style.setProperty("--share", String(shares[i] / strongest));
    token.setAttribute("aria-pressed", String(i === query));
    return token;
  });
  place("tokens").replaceChildren(...buttons);
  const most = [...shares.keys()].sort((a, b) => shares[b] - shares[a]).slice(0, 3);
  const words = most.filter((i) => i <= query).map((i) => `${shown(reading.ids[i])} (${percent(shares[i])})`);
  write(place("looks"), `${shown(reading.ids[query])} looks most at ${words.join(", ")}.`);
}

function choose(token) {
  query = token;
  drawTokens();
  place("tokens").children[token].focus();
}

async function writeOn() {
  const prompt = place("text").value;
  const how = { count: number("count"), knobs: knobs(), seed: number("seed") };
  let speed = "";
  place("write").disabled = place("text").readOnly = true;
  place("stop").disabled = false;
  place("stop").focus();
  say("Writing …");
  const show = ({ text, perSecond }) => {
    if (text === undefined) return; // the prompt has been read
    place("text").value = prompt + text;
    speed = perSecond ? `, ${perSecond.toFixed(0)} tokens/s` : "";
    write(place("status"), `Writing${speed}`);
  };
  try {
    await engine.run("write", MODEL, "write", { text: prompt, ...how }, show);
    await look();
    say(`Written${speed}.`);
  } catch (error) {
    say(error.message);
  }
  place("write").disabled = place("text").readOnly = false;
  place("stop").disabled = true;
  place("write").focus();
}

function options(select, count) {
  select.append(...Array.from({ length: count }, (_, i) => element("option", "", String(i))));
}

options(place("layer"), packed.config.n_layer);
options(place("head"), packed.config.n_head);
for (const id of ["layer", "head"]) place(id).addEventListener("change", () => reading && drawTokens());
for (const id of ["temperature", "top-p"]) place(id).addEventListener("input", () => reading && drawNext());
place("text").addEventListener("input", () => {
  clearTimeout(resting);
  resting = setTimeout(look, REST);
});
place("write").addEventListener("click", writeOn);
place("stop").addEventListener("click", () => engine.stop("write"));
look();
