// Draws every widget of the page in its place, and lets those panels live that the page can compute.

import { pageModel, readState, show, textOf } from "../../widgets/static/page_model.js";
import { bind, followDisplay } from "./controls.js";
import { bring } from "./live.js";
import { showQuestion } from "./questions.js";

const read = (id, ...more) => readState(document.getElementById(id).textContent, ...more);
const states = read("widgets", read("shared"));
const models = Object.fromEntries(Object.entries(states).map(([id, state]) => [id, pageModel(state)]));

/** One that fails leaves a sentence in its place, and the others go on. */
async function draw(place) {
  const state = states[place.dataset.widget];
  try {
    if (state._plotly?.gzip) state._plotly = await textOf(state._plotly);
    return await (state.question ? showQuestion(state, place) : show(models[place.dataset.widget], place));
  } catch (error) {
    place.textContent = "This could not be drawn here.";
    console.error(error);
  }
}

/** Draws all; resolves once all that can be seen is drawn. A plot in a closed fold waits to be opened. */
async function drawAll(places) {
  const drawn = places.map(draw);
  await new Promise(requestAnimationFrame);
  return Promise.all(drawn.filter((_, i) => places[i].checkVisibility()));
}

window.shown = drawAll([...document.querySelectorAll("[data-widget]")]);
/** @type {NodeListOf<HTMLElement>} */
const parts = document.querySelectorAll("[data-part]");
for (const place of parts) bind(models[place.dataset.part], place);
/** @type {NodeListOf<HTMLElement>} */
const boxes = document.querySelectorAll("[data-box]");
for (const place of boxes) followDisplay(models[place.dataset.box], place);
if (document.getElementById("live")) bring(read("live"), models);
