"""Firefox as it is installed, driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi).

Playwright drives a Firefox of its own making only. This is as much of the protocol as the tests
need: open a page, evaluate a script in it, click and type as a person does, hear its console and
requests.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path

from websockets.sync.client import connect

COMMAND = os.environ.get("LAB_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
"""The Firefox to drive; None where there is none."""
MISSING = "no Firefox found: these tests need one (or LAB_FIREFOX=its path)"
KEYS = {"Control": "\ue009", "Enter": "\ue007", "End": "\ue010"}
"""The protocol's names of keys that write nothing (https://www.w3.org/TR/webdriver2/#keyboard-actions)."""
AIM = """
  const one = {script};
  one?.scrollIntoView({{ block: "center" }});
  const {{ x, y, width, height }} = one?.getBoundingClientRect() ?? {{}};
  const place = [Math.round(x + width * {across}), Math.round(y + height * {down})];
  return width && one.contains(document.elementFromPoint(...place)) ? place : null;
"""
"""The body of a function that gives a place in an element, or null where no click reaches it."""
QUIET = """
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("messaging-system.rsexperimentloader.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.server", "data:,");
"""


class Firefox:
    """One page of a Firefox.

    Attributes:
        errors: what the console of the page complained of.
        requests: the addresses it asked for.
    """

    def __init__(self, socket):
        self._socket, self._sent, self._events = socket, 0, deque()
        self.errors, self.requests = [], []
        self.call("session.new", capabilities={})
        # The first page of a Firefox without a window has no focus, and so no full screen.
        self._page = self.call("browsingContext.create", type="tab")["context"]
        events = ["log.entryAdded", "network.beforeRequestSent"]
        self.call("session.subscribe", events=events, contexts=[self._page])

    def call(self, method, seconds=120, **parameters):
        """One command of the protocol; its result. Raises `AssertionError` for an error."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        end = time.monotonic() + seconds
        while True:
            answer = json.loads(self._socket.recv(timeout=end - time.monotonic()))
            if answer.get("id") == self._sent:
                assert answer["type"] == "success", answer
                return answer["result"]
            self._note(answer)

    def _note(self, event):
        parameters = event.get("params", {})
        if event.get("method") == "log.entryAdded" and parameters["level"] == "error":
            self.errors.append(str(parameters.get("text")))
        elif event.get("method") == "network.beforeRequestSent":
            self.requests.append(parameters["request"]["url"])

    def open(self, address):
        """Go to an address, and wait until the page is loaded."""
        self.call("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def evaluate(self, script):
        """The value of an expression in the page: a text, a number, a truth value or None."""
        found = self.call("script.evaluate", expression=script, awaitPromise=True,
                          target={"context": self._page})  # fmt: skip
        assert found["type"] == "success", found
        return found["result"].get("value")

    def resize(self, width, height):
        """Give the page so many CSS pixels."""
        self.call("browsingContext.setViewport", context=self._page,
                  viewport={"width": width, "height": height})  # fmt: skip

    def click(self, script, across=0.5, down=0.5):
        """A real click into the element that an expression gives, at these shares of its width and
        height, once it is there and nothing lies over it.
        """
        aim = AIM.format(script=script, across=across, down=down)
        self.evaluate(f"window.aim = () => {{ {aim} }}; 1")
        self.wait_for("window.aim()")
        x, y = json.loads(self.evaluate("JSON.stringify(window.aim())"))
        self._act("pointer", [{"type": "pointerMove", "x": x, "y": y},
                              {"type": "pointerDown", "button": 0},
                              {"type": "pointerUp", "button": 0}])  # fmt: skip

    def press(self, *keys):
        """Real keys, all of them down and then up: letters, or those of `KEYS` by name."""
        values = [KEYS.get(key, key) for key in keys]
        downs = [{"type": "keyDown", "value": value} for value in values]
        ups = [{"type": "keyUp", "value": value} for value in reversed(values)]
        self._act("key", downs + ups)

    def type(self, text):
        """Real keys, one after another, into what has the focus."""
        for letter in text:
            self.press(letter)

    def _act(self, kind, actions):
        source = {"type": kind, "id": kind, "actions": actions}
        self.call("input.performActions", context=self._page, actions=[source])

    def wait_for(self, script, seconds=180):
        """Wait until an expression is true in the page."""
        end = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({script})"):
            assert time.monotonic() < end, f"not within {seconds} s: {script}"
            time.sleep(0.1)


@contextmanager
def firefox(profile: Path):
    """A Firefox without a window, with a new profile; ended afterwards."""
    (profile / "user.js").write_text(QUIET)
    options = ["--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    log = profile / "log.txt"
    with log.open("w") as stream:
        process = subprocess.Popen([COMMAND, *options], stdout=stream, stderr=stream)
    try:
        # Without pings: what nobody reads meanwhile keeps an answer from being read in time.
        options = {"max_size": None, "compression": None, "ping_interval": None}
        with connect(f"{_address(log, process)}/session", **options) as socket:
            one = Firefox(socket)
            yield one
            with suppress(Exception):
                one.call("browser.close", seconds=10)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(log, process, seconds=120):
    """Where it listens, which it says when it has begun."""
    end = time.monotonic() + seconds
    while not (found := re.search(r"BiDi listening on (ws://\S+)", log.read_text())):
        assert process.poll() is None and time.monotonic() < end, log.read_text()[-2000:]
        time.sleep(0.1)
    return found[1]
