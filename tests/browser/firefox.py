"""Firefox as it is installed, driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi).

Playwright drives a Firefox of its own making only. This is as much of the protocol as the tests of
the pages need: open a page, evaluate a script in it, hear its console and requests.
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
        tree = self.call("browsingContext.getTree")
        self._page = tree["contexts"][0]["context"]
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
        with connect(
            f"{_address(log, process)}/session", max_size=None, compression=None
        ) as socket:
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
