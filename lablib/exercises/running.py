"""A learner's function, run so that nothing it does is worse than a sentence."""

import random
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType, ModuleType
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What came of a call: a `value`, or the class name of the error and a sentence about it."""

    value: Any = None
    error: str = ""
    sentence: str = ""


class _TooLong(BaseException):
    """The time is up. Not an `Exception`, so that a learner's `except Exception` lets it pass."""


def run(function: Callable[..., Any], arguments: Sequence[Any], seconds: float = 5.0) -> Outcome:
    """Call `function(*arguments)` with seeded randomness, and stop it after `seconds`.

    A loop written in Python is stopped; one call into compiled code that takes longer is not.

    >>> run(lambda x: x + 1, [1]).value
    2
    >>> run(lambda x: 1 / x, [0]).error
    'ZeroDivisionError'
    """
    end = time.monotonic() + seconds

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        if time.monotonic() > end:
            raise _TooLong
        return watch

    before = sys.gettrace()
    with _same_conditions(function):
        try:
            sys.settrace(watch)
            value = function(*arguments)
        except _TooLong as error:
            sys.settrace(before)
            return Outcome(error="TooLong", sentence=_too_long(seconds, error))
        except (Exception, SystemExit) as error:
            sys.settrace(before)
            return Outcome(error=type(error).__name__, sentence=_raised(error))
        finally:
            sys.settrace(before)
    return Outcome(value)


@contextmanager
def _same_conditions(function: Callable[..., Any]) -> Iterator[None]:
    """Let what Python and torch draw here follow a seed, whoever else draws, and use one core.

    One core, because sharing out the tiny tensors of a check costs more than it saves: on a busy
    machine it was measured to be fourteen times slower.
    """
    from lablib.randomness import on_threads, seeded

    with seeded(0), _own_random(getattr(function, "__globals__", {})), on_threads(1):
        yield


class _OwnRandom(ModuleType):
    """Stands in for the module `random`: a thread in a check draws from a generator of its own."""

    def __getattr__(self, name: str) -> Any:
        own = getattr(_thread, "random", None)
        return getattr(own if hasattr(own, name) else random, name)


_thread = threading.local()
_own = _OwnRandom("random")


@contextmanager
def _own_random(names: dict[str, Any]) -> Iterator[None]:
    """Let these names of a function, and `import random` in it, mean a seeded generator.

    Seeding Python's shared generator would change what other threads draw, and they what is drawn
    here.
    """
    shared = getattr(random.random, "__self__", None)
    ours = {
        name: _own if value is random else partial(_draw, value.__name__)
        for name, value in list(names.items())
        if value is random or (shared and getattr(value, "__self__", None) is shared)
    }
    theirs = {name: names[name] for name in ours}
    _thread.random = random.Random(0)
    sys.modules["random"] = _own
    names.update(ours)
    try:
        yield
    finally:
        names.update(theirs)
        sys.modules["random"] = random
        _thread.random = None


def _draw(name: str, *arguments: Any, **named: Any) -> Any:
    return getattr(_own, name)(*arguments, **named)


def _raised(error: BaseException) -> str:
    what = f"{type(error).__name__}: {error}".removesuffix(": ")
    place = _place(error)
    if not place:
        return f"Your function could not be called with these arguments ({what})."
    return f"Your function stopped with {what} ({place})."


def _too_long(seconds: float, error: BaseException) -> str:
    return (
        f"Your function was stopped after {seconds:g} seconds ({_place(error)}). "
        "Does its loop ever end?"
    )


def _place(error: BaseException) -> str:
    """The last line of the learner's own code that was running; "" if it never started."""
    frames = traceback.extract_tb(error.__traceback__)
    files = [frame.filename for frame in frames if frame.filename != __file__]
    if not files:
        return ""
    own = [frame for frame in frames if frame.filename == files[0]][-1]
    return f"line {own.lineno}: `{own.line}`" if own.line else f"line {own.lineno}"
