// The first page: how many predictions were answered, and the progress file handed out and taken in.

import { askForFile, download, progress, whereKept } from "../../exercises/static/page_progress.js";
import { standing } from "../../exercises/static/standing.js";
import { write } from "../../widgets/static/dom.js";

const place = (id) => document.getElementById(id);
const asked = JSON.parse(place("predictions").textContent);

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

place("download").addEventListener("click", download);
place("take-in").addEventListener("click", () => askForFile((text) => write(place("said"), text)));
progress.addEventListener("change", draw);
draw();
