"""The process that downloads: `python -m lablib.models.fetching NAME FILE …`.

It prints the bytes received so far five times a second, and one sentence if it fails. It ends by
itself when nobody reads what it prints.
"""

import os
import signal
import sys
from threading import Thread
from time import sleep

from huggingface_hub import constants, hf_hub_download
from huggingface_hub.utils import tqdm

from lablib.models.hub import explain


class _Meter(tqdm):
    """A progress bar that only counts, in the shape `huggingface_hub` asks for."""

    received = 0

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{**options, "disable": True})

    def update(self, n: float | None = 1) -> None:
        _Meter.received += int(n or 0)

    def update_transfer(self, n: float | None = 1) -> None:
        """Bytes on the wire: not counted, `update` counts them when they are on the disk."""

    def set_transfer_postfix_str(self, text: str, refresh: bool = False) -> None:
        """The speed in words: not shown."""


def _report() -> None:
    try:
        while True:
            # One write a line: two threads print here.
            print(f"{_Meter.received}\n", end="", flush=True)
            sleep(0.2)
    except OSError:
        os._exit(1)  # nobody reads any more


def main(name: str, files: list[str]) -> int:
    """Fetch files of a hub model into the cache; returns the exit status."""
    # The signal to stop becomes an exception, so that huggingface_hub removes its unfinished file.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # The default, 10 MB, makes for a bar that stands still on a slow line.
    constants.DOWNLOAD_CHUNK_SIZE = 256 * 1024
    Thread(target=_report, daemon=True).start()
    try:
        for file in files:
            hf_hub_download(name, file, tqdm_class=_Meter)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        print(f"{explain(name, error)}\n", end="", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
