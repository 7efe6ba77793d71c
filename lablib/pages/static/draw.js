// Draws every widget of the page in its place. A widget that two cells show is drawn twice.

const shared = JSON.parse(document.getElementById("shared").textContent);
const states = readState(document.getElementById("widgets").textContent, shared);

/** One that fails leaves a sentence in its place, and the others go on. */
async function draw(place) {
  try {
    return await show(states[place.dataset.widget], place);
  } catch (error) {
    place.textContent = "This could not be drawn here.";
    console.error(error);
  }
}

window.shown = Promise.all([...document.querySelectorAll("[data-widget]")].map(draw));
