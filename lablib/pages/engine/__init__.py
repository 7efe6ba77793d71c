"""The engine that computes the pocket models in a page, as scripts."""

from pathlib import Path

from lablib.widgets.assets import bundle

_HERE = Path(__file__).parent


def worker_source() -> str:
    """The script of the thread in which a page computes (`engine/worker.js`).

    >>> "class Gpt2" in worker_source()
    True
    """
    return bundle(_HERE / "worker.js")
