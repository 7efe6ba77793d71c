// Names for what ipywidgets leaves without one: the handles of its sliders.

/** A handle gets the name that stands before its slider; of two, each says which end it moves. */
function nameHandles(slider) {
  const label = slider.querySelector(".widget-label")?.textContent || "Value";
  const handles = slider.querySelectorAll(".noUi-handle");
  const ends = handles.length === 2 ? [", from", ", to"] : [""];
  handles.forEach((handle, i) => handle.setAttribute("aria-label", label + ends[i]));
}

/** Names the sliders of the panel that holds `el`, also those that come later; gives back what ends it. */
export function nameSliders(el) {
  const name = (panel) => panel?.querySelectorAll(".widget-slider").forEach(nameHandles);
  const added = new MutationObserver(() => name(el.closest(".lab-panel")));
  const laidOut = new ResizeObserver(() => {
    const panel = el.closest(".lab-panel");
    if (!panel) return;
    laidOut.disconnect();
    added.observe(panel, { childList: true, subtree: true });
    name(panel);
  });
  laidOut.observe(el);
  return () => [laidOut, added].forEach((observer) => observer.disconnect());
}
