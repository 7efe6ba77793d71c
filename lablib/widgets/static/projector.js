// The switch that shows a panel alone on the screen, as large as it fits: for a class to read.

import { button } from "./dom.js";

/** The width that panels are made for, and the least space left around one, in CSS pixels. */
const WIDTH = 960;
const SPACE = 32;
const LARGEST = 2.5;

/** How many times larger a panel of some height can be shown on a screen that it must fit. */
export function scale(width, height, tall) {
  const fits = Math.min((width - SPACE) / WIDTH, (height - SPACE) / tall);
  return Math.min(Math.max(fits, 1), LARGEST);
}

/** Makes a panel as large as fits. It is measured as it stands when it is not made larger. */
function fit(panel) {
  panel.style.setProperty("--lab-scale", "1");
  const places = [...panel.children].map((part) => part.getBoundingClientRect()).filter((place) => place.height);
  const tall = Math.max(...places.map((place) => place.bottom)) - Math.min(...places.map((place) => place.top));
  panel.style.setProperty("--lab-scale", String(scale(panel.clientWidth, panel.clientHeight, tall)));
}

/** The switch of the panel around a part of it, and a function that lets go of all it listens to. */
export function projector(part) {
  const panel = () => part.closest(".lab-panel");
  const isShown = () => document.fullscreenElement !== null && document.fullscreenElement === panel();
  const show = () => (isShown() ? document.exitFullscreen() : panel()?.requestFullscreen());
  const opener = button("lab-button lab-projector", "Full screen", show);
  opener.title = "This panel alone and large, as for a projector. Escape brings the page back.";
  opener.hidden = !document.fullscreenEnabled;
  const watch = new ResizeObserver(() => isShown() && fit(panel()));
  const follow = () => {
    opener.setAttribute("aria-pressed", String(isShown()));
    watch.disconnect();
    if (isShown()) for (const one of [panel(), ...panel().children]) watch.observe(one);
  };
  document.addEventListener("fullscreenchange", follow);
  follow();
  const forget = () => {
    watch.disconnect();
    document.removeEventListener("fullscreenchange", follow);
  };
  return { button: opener, forget };
}
