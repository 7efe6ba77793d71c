// Outputs of a notebook that JupyterLab has given up are drawn after all.
//
// A page that is loaded again asks the kernel for all widgets, and each output meanwhile looks for its
// own ten times a second. After two seconds the manager of ipywidgets (8.1) ends that without a last
// look: where the page was busy just then, and had all widgets by the next, the output says "Error
// displaying widget: model not found" for good. Set once more, it is drawn as a new one.

const VIEW = "application/vnd.jupyter.widget-view+json";
const GIVEN_UP_AFTER = 2500; // milliseconds: an output that has a widget by now, or never

/** The managers, one of each notebook, whose outputs are looked after already. */
const seen = new WeakSet();

/** Whether some output in sight was given up. */
const someIsLost = () =>
  [...document.querySelectorAll(".jupyter-widgets")].some(
    (node) => !node.childElementCount && node.textContent.includes("model not found"),
  );

/** Whether a manager knows an output's widget, of which nothing is in sight. */
async function isLost(manager, { data }) {
  const id = data?.[VIEW]?.model_id;
  if (!id || !manager.has_model(id)) return false;
  return Object.keys((await manager.get_model(id)).views ?? {}).length === 0;
}

async function drawLost(manager) {
  if (!someIsLost()) return;
  for (const { outputs } of manager.context.model.cells) {
    for (let place = 0; place < (outputs?.length ?? 0); place++) {
      const output = outputs.get(place).toJSON();
      if (await isLost(manager, output)) outputs.set(place, output);
    }
  }
}

/** Looks after the outputs of a widget's notebook; where there is none, as in Voila, it does nothing. */
export function reviveOutputs(model) {
  const manager = model.widget_manager;
  if (!manager?.context || seen.has(manager)) return;
  seen.add(manager);
  setTimeout(() => drawLost(manager), GIVEN_UP_AFTER);
}
