// What the shift view says of a column.

import assert from "node:assert/strict";
import { test } from "node:test";

import { shiftSentence } from "../../lablib/finetuning/views/shift.js";

const COLUMNS = [
  { reads: "The", asked: "␣cat", spoken_asked: "space cat", loss: "2.5" },
  { reads: "␣cat", spoken_reads: "space cat", asked: "", loss: "" },
];

test("what is read, what is asked for, and the loss", () => {
  assert.equal(shiftSentence(COLUMNS, 0), "Place 1: it reads “The”, and is asked for “space cat”. Its loss there is 2.5 nats.");
  assert.equal(shiftSentence(COLUMNS, 1), "Place 2: it reads “space cat” and the 1 before it, and is asked for nothing.");
});
