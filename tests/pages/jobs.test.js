// The latest request of each owner is done, and the others are stopped.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Jobs } from "../../lablib/pages/engine/jobs.js";

/** Jobs whose work stops at each turn until `go` is called; all answers as they come. */
function held() {
  const answers = [];
  const waiting = [];
  const turn = () => new Promise((resolve) => waiting.push(resolve));
  const work = function* ({ parts, fails }) {
    yield* parts;
    if (fails) throw new Error(fails);
  };
  const go = async () => {
    waiting.shift()();
    await new Promise(setImmediate);
  };
  return { jobs: new Jobs(work, (answer) => answers.push(answer), turn), answers, go };
}

test("parts come one by one, those with nothing to tell are left out", async () => {
  const { jobs, answers, go } = held();
  jobs.add({ number: 1, owner: "a", parts: ["x", null, "y"] });
  assert.deepEqual(answers, [{ number: 1, part: "x" }]);
  for (let i = 0; i < 3; i++) await go();
  assert.deepEqual(answers.slice(1), [{ number: 1, part: "y" }, { number: 1, end: "done" }]);
});

test("a newer request of the same owner stops the one that runs and the one that waits", async () => {
  const { jobs, answers, go } = held();
  for (const number of [1, 2, 3]) jobs.add({ number, owner: "a", parts: [number, "more"] });
  assert.deepEqual(answers, [{ number: 1, part: 1 }, { number: 2, end: "stopped" }]);
  await go();
  assert.deepEqual(answers.slice(2), [{ number: 1, end: "stopped" }, { number: 3, part: 3 }]);
});

test("another owner's work waits for its turn and is done", async () => {
  const { jobs, answers, go } = held();
  jobs.add({ number: 1, owner: "a", parts: ["x"] });
  jobs.add({ number: 2, owner: "b", parts: ["y"] });
  await go();
  await go();
  const ends = answers.filter(({ end }) => end);
  assert.deepEqual(ends, [{ number: 1, end: "done" }, { number: 2, end: "done" }]);
});

test("what is stopped ends, and nothing comes after", async () => {
  const { jobs, answers, go } = held();
  jobs.add({ number: 1, owner: "a", parts: ["x", "y"] });
  jobs.stop("a");
  await go();
  assert.deepEqual(answers, [{ number: 1, part: "x" }, { number: 1, end: "stopped" }]);
  jobs.add({ number: 2, owner: "a", parts: [] });
  await new Promise(setImmediate);
  assert.deepEqual(answers.at(-1), { number: 2, end: "done" });
});

test("work that fails says why, and the next one is done", async () => {
  const { jobs, answers } = held();
  jobs.add({ number: 1, owner: "a", parts: [], fails: "Shorten the text." });
  jobs.add({ number: 2, owner: "b", parts: [] });
  await new Promise(setImmediate);
  assert.deepEqual(answers, [
    { number: 1, end: "failed", message: "Shorten the text." },
    { number: 2, end: "done" },
  ]);
});
