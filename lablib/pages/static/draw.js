// Draws every widget of the page in its place. A widget that two cells show is drawn twice.

import { readState, show } from "../../widgets/static/page_model.js";
import { showQuestion } from "./questions.js";

const shared = JSON.parse(document.getElementById("shared").textContent);
const states = readState(document.getElementById("widgets").textContent, shared);

/** One that fails leaves a sentence in its place, and the others go on. */
async function draw(place) {
  const state = states[place.dataset.widget];
  try {
    return await (state.question ? showQuestion(state, place) : show(state, place));
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
