// The thread in which a page computes all that the labs ask for.

import { openModel, openTokenizer } from "./engine.js";
import { TASKS } from "./tasks.js";
import { serve } from "./thread.js";

serve({ openModel, openTokenizer, tasks: TASKS });
