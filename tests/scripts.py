"""The pure functions of our JavaScript, called from Python in a process of Node."""

import json
import os
import shutil
import subprocess
from base64 import b64decode, b64encode
from contextlib import contextmanager

import numpy as np
import pytest

from tests.conftest import ROOT

NODE = shutil.which("node")

# A line of JSON in, a line of JSON out; arrays travel as their bytes.
_SERVER = """
import { createInterface } from "node:readline";
const m = await import(process.argv[1]);
const read = (_, value) => {
    if (!value?.array) return value;
    return new globalThis[value.array](Uint8Array.from(Buffer.from(value.bytes, "base64")).buffer);
};
const plain = (_, value) => {
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { array: value.constructor.name, bytes: bytes.toString("base64") };
};
const answer = async (line) => {
    try {
        const [code, ...a] = JSON.parse(line, read);
        return { value: await new Function("m", "a", `return (${code});`)(m, a) };
    } catch (error) {
        return { error: error.stack };
    }
};
for await (const line of createInterface({ input: process.stdin }))
    console.log(JSON.stringify(await answer(line), plain));
"""


def need_node():
    """Skip where there is no Node; fail where it has to be there."""
    if NODE is None:
        missing = "no Node found: the tests of our JavaScript need one (nodejs, 18 or newer)"
        (pytest.fail if os.environ.get("LAB_NODE_REQUIRED") else pytest.skip)(missing)


@contextmanager
def script(path):
    """A function that calls the script at `path` (from the root of the checkout).

    It takes a JavaScript expression, in which `m` is the module and `a` are the arguments, and
    the arguments; it gives what the expression gives. NumPy's arrays are typed arrays there.
    """
    need_node()
    command = [NODE, "--input-type=module", "-e", _SERVER, (ROOT / path).as_uri()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(command, **pipes) as node:
        try:
            yield lambda code, *arguments: _ask(node, [code, *arguments])
        finally:
            node.kill()


def _ask(node, question):
    node.stdin.write(json.dumps(question, default=_sendable, allow_nan=False) + "\n")
    node.stdin.flush()
    answer = json.loads(node.stdout.readline(), object_hook=_received)
    assert "error" not in answer, answer["error"]
    return answer.get("value")


def _sendable(array):
    return {
        "array": f"{array.dtype.name.capitalize()}Array",
        "bytes": b64encode(np.ascontiguousarray(array)).decode(),
    }


def _received(value):
    if value.keys() != {"array", "bytes"}:
        return value
    return np.frombuffer(b64decode(value["bytes"]), value["array"].removesuffix("Array").lower())
