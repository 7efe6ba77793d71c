// The questions of a page: they are asked, judged and noted down here, where no kernel is.

import { askForFile, download, progress, whereKept } from "../../exercises/static/page_progress.js";
import { KINDS, remark } from "../../exercises/static/page_questions.js";
import { pageModel, show } from "../../widgets/static/page_model.js";

/** Draws a question's card in its place, and keeps it up with what the learner has done. */
export async function showQuestion(state, place) {
  const asked = state.question;
  const kind = KINDS[asked.kind];
  const learner = () => ({ events: progress.events, seed: progress.seed(), where: whereKept() });
  let local = {};
  let drawn = "";
  const content = () => kind.content(asked, learner(), local);
  const model = pageModel({ ...state, content: content() });
  await show(model, place);

  // A card that stays as it is is not drawn again: a screen reader would say it once more.
  const redraw = () => {
    const now = JSON.stringify(content());
    if (now !== drawn) model.set("content", JSON.parse(now));
    drawn = now;
    uncover(asked, place, JSON.parse(now));
  };
  const note = (title) => (text) => {
    local.notes = [remark(title, text)];
    redraw();
  };
  const pressed = ({ do: action, value, press }) => {
    if (action === "download") download();
    else if (action === "take in") askForFile(note("Taken in"));
    const noted = kind.press(asked, learner(), local, action, value);
    if (noted) progress.add({ id: asked.id, ...noted });
    redraw();
    model.receive({ answered: press });
  };
  // The card waits for an answer only once it has asked, so none may come while it asks.
  model.on("sent", (message) => queueMicrotask(() => pressed(message)));
  progress.addEventListener("change", (/** @type {CustomEvent} */ { detail }) => {
    if (detail.elsewhere) local = { notes: local.notes };
    redraw();
  });
  redraw();
  return model;
}

/** The picture below a prediction is there once that has an answer. */
function uncover({ kind }, place, { blocks }) {
  if (kind !== "prediction") return;
  const open = !blocks.some((block) => block.type === "number" || (block.type === "choices" && !block.done));
  place.closest(".lab-ex-question")?.toggleAttribute("data-open", open);
}
