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


def writer_source() -> str:
    """The script of a thread in which one model of GPT-2's kind writes, and nothing else is done
    (`engine/writer.js`).

    >>> "class Gpt2" in writer_source(), "class T5" in writer_source()
    (True, False)
    """
    return bundle(_HERE / "writer.js")
