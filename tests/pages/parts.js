// The parts of the engine that the tests call by one name.

export * from "../../lablib/pages/engine/engine.js";
export { TASKS } from "../../lablib/pages/engine/tasks.js";
export { write } from "../../lablib/pages/engine/writing.js";
