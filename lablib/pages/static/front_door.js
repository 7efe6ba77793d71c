// The first page: how many predictions were answered, and the progress file handed out and taken in.

import { askForFile, download, progress, whereKept } from "../../exercises/static/page_progress.js";
import { standing } from "../../exercises/static/standing.js";
import { NEUTRAL } from "../../sampling/views/knobs_math.js";
import { write } from "../../widgets/static/dom.js";
import { readState } from "../../widgets/static/page_model.js";
import { Library } from "./library.js";

const place = (id) => /** @type {any} */ (document.getElementById(id));
const asked = JSON.parse(place("predictions").textContent);
const writer = readState(place("writer").textContent);
const library = new Library(writer.worker, writer.carried);
const HOW = { count: 40, knobs: { ...NEUTRAL, temperature: 0.8, top_p: 0.95 } };
let seed = 0;

/** How many of these predictions were answered, and how many of the answers hold. */
function counted(ids) {
  const now = ids.map((id) => standing(progress.events, id));
  const answered = now.filter(({ answer }) => answer !== null).length;
  return { answered, right: now.filter(({ state }) => state === "right").length };
}

function draw() {
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-of]"))) {
    const ids = asked[node.dataset.of];
    const { answered } = counted(ids);
    write(node, ids.length ? ` · ${answered} of ${ids.length} predictions` : "");
    node.closest("li").toggleAttribute("data-begun", answered > 0);
  }
  const all = [...new Set(Object.values(asked).flat())];
  const { answered, right } = counted(all);
  const many = answered === 1 ? "1 prediction" : `${answered} predictions`;
  write(place("answered"), answered ? `You have answered ${many} of ${all.length}; ${right} came true.` : "");
  write(place("kept"), whereKept());
}

/** Has the model write on, another way each time; a text that was being written is left. */
async function writeOn() {
  const beginning = place("beginning").value;
  const say = (text) => write(place("written"), text);
  say("Opening the model …");
  place("written").ariaBusy = "true"; // read out once, when it is whole
  try {
    await library.open(writer.name);
    const what = { text: beginning, seed: seed++, ...HOW };
    await library.engine.run("door", writer.name, "write", what, ({ text }) => say(`${beginning}${text ?? " …"}`));
  } catch {
    say(`The model does not lie beside this page: keep ${writer.carried[writer.name].script} in its folder.`);
  }
  place("written").ariaBusy = "false";
}

place("try").addEventListener("submit", (event) => {
  event.preventDefault();
  writeOn();
});
place("download").addEventListener("click", download);
place("take-in").addEventListener("click", () => askForFile((text) => write(place("said"), text)));
progress.addEventListener("change", draw);
draw();
