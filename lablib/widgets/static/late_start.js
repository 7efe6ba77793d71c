// A widget that took longer than two seconds to begin, as on a busy machine, hears Python again.
//
// anywidget (0.11) gives up on such a model: its view is drawn when it is ready, but nothing of what
// Python says reaches the model any more, and the panel stays as it was first drawn. Here that is found
// out once the script has begun: from then on messages are handled as ipywidgets does, without waiting
// for anywidget, and Python is asked for the whole state, since changes were lost meanwhile.

import { reviveOutputs } from "./lost_outputs.js";

/**
 * The model of ipywidgets behind what anywidget shows of it; none on a page without a kernel.
 * @returns {any}
 */
function modelBehind(model) {
  let found;
  const see = (changed) => {
    found = changed;
  };
  model.on("change:_is_here", see);
  model.set("_is_here", true);
  model.off("change:_is_here", see);
  return found;
}

/** Whether what Python says reaches a model; asked with a message that means nothing. */
async function hears(behind) {
  try {
    await behind._handle_comm_msg({ content: { data: { method: "is anybody there" } } });
    return true;
  } catch {
    return false;
  }
}

/** Gives the views in sight the classes of their model, which they take only when they begin. */
async function dress(behind) {
  const views = await Promise.all(Object.values(behind.views ?? {}));
  for (const view of views) view.update_classes([], behind.get("_dom_classes"));
}

/**
 * Sees to it that a model hears Python; resolves once it knows all that was said before.
 * @returns {Promise<void>}
 */
export async function listen(model) {
  const behind = modelBehind(model);
  if (!behind?.comm || (await hears(behind))) return;
  const { _handle_comm_msg } = Object.getPrototypeOf(Object.getPrototypeOf(behind));
  await /** @type {Promise<void>} */ (new Promise((resolve) => {
    behind.comm.on_msg(async (message) => {
      await _handle_comm_msg.call(behind, message);
      if (!("_view_name" in (message.content.data.state ?? {}))) return;
      resolve(); // that was a whole state
      dress(behind);
    });
    behind.comm.send({ method: "request_state" });
  }));
}

/** A view's script that hears Python however long it takes to begin. */
export function withLateStart(view) {
  return {
    ...view,
    async initialize(context) {
      reviveOutputs(context.model);
      await view.initialize?.(context);
      listen(context.model); // not waited for: anywidget passes on no message before the end of this
    },
  };
}
