// A page's script: the engine with the models that the page carries.

import { Engine } from "../../lablib/pages/engine/client.js";

globalThis.engine = new Engine(globalThis.source);
for (const [name, packed] of Object.entries(globalThis.labModels)) globalThis.engine.open(name, packed);
