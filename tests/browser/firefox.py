"""Firefox without a window, asked over WebDriver BiDi, which it speaks itself, without a driver."""

import asyncio
import json
import re
import shutil
import subprocess
import tempfile
from contextlib import asynccontextmanager

from tornado.websocket import websocket_connect

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
_PREFERENCES = """user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
"""
"""All requests to a network go to a port that nobody listens at."""


class Page:
    """A tab of Firefox.

    Attributes:
        wrong: what its scripts and its console complained of.
    """

    def __init__(self, socket):
        self._socket, self._count = socket, 0
        self.wrong = []

    async def call(self, method, **parameters):
        """Send a command of WebDriver BiDi; its result."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        await self._socket.write_message(json.dumps(message))
        while True:
            answer = json.loads(await self._socket.read_message())
            if answer.get("method") == "log.entryAdded" and answer["params"]["level"] == "error":
                self.wrong.append(answer["params"]["text"])
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                return answer["result"]

    async def begin(self):
        """Open a session and take its first tab."""
        await self.call("session.new", capabilities={})
        await self.call("session.subscribe", events=["log.entryAdded"])
        tree = await self.call("browsingContext.getTree")
        self._tab = tree["contexts"][0]["context"]

    async def open(self, address):
        """Go to an address and wait until the page has loaded."""
        await self.call("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    async def evaluate(self, code):
        """What a JavaScript expression gives, a promise's value if it gives one; JSON."""
        result = await self.call(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({code})))()",
            target={"context": self._tab},
            awaitPromise=True,
        )
        assert result["type"] == "success", result
        return json.loads(result["result"].get("value", "null"))

    async def until(self, code, seconds=120):
        """Wait until an expression is true."""
        end = asyncio.get_running_loop().time() + seconds
        while not await self.evaluate(code):
            assert asyncio.get_running_loop().time() < end, f"it never came that {code}"
            await asyncio.sleep(0.1)


@asynccontextmanager
async def firefox():
    """A page of a Firefox with a profile of its own, which is ended afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        with open(f"{profile}/user.js", "w", encoding="utf-8") as file:
            file.write(_PREFERENCES)
        command = [FIREFOX, "--headless", "--profile", profile, "--remote-debugging-port", "0"]
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        try:
            address = await asyncio.to_thread(_address, process)
            socket = await websocket_connect(f"{address}/session", max_message_size=2**26)
            page = Page(socket)
            await page.begin()
            yield page
            socket.close()
        finally:
            process.terminate()
            process.wait(30)


def _address(process):
    """Where Firefox says that it listens."""
    for line in process.stderr:
        if found := re.search(r"BiDi listening on (ws://\S+)", line):
            return found[1]
    raise AssertionError("Firefox ended without a word of where it listens")
