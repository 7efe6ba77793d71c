"""A learner's function, run so that nothing it does is worse than a sentence."""

import functools
import random
import sys
import sysconfig
import threading
import time
import traceback
from collections import deque
from collections.abc import (
    Callable,
    ItemsView,
    Iterator,
    KeysView,
    Mapping,
    Sequence,
    Set,
    ValuesView,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import FrameType, ModuleType
from typing import Any

from lablib.exercises.markup import code


@dataclass(frozen=True)
class Outcome:
    """What came of a call: a `value`, or the class name of the error and a sentence about it.

    `done` says by name what else the call did, where somebody watched.
    """

    value: Any = None
    error: str = ""
    sentence: str = ""
    done: Mapping[str, Any] = field(default_factory=dict)


PATIENCE = 12
"""How many times its seconds a call may take by the clock on the wall, on a busy machine."""


class _TooLong(BaseException):
    """The time is up. Not an `Exception`, so that a learner's `except Exception` lets it pass."""


def run(function: Callable[..., Any], arguments: Sequence[Any], seconds: float = 5.0) -> Outcome:
    """Call `function(*arguments)` with seeded randomness; its value as `plain` data.

    It is stopped after `seconds` of this thread's processor time (waiting for other programs, and
    for imports, does not count), or after `PATIENCE` times as long in any case. A loop written in
    Python is stopped (in a library, at its next call of a function); one call into compiled code
    that takes longer is not.

    >>> run(lambda x: x + 1, [1]).value
    2
    >>> run(lambda x: 1 / x, [0]).error
    'ZeroDivisionError'
    """
    from lablib.randomness import on_threads, seeded

    before = sys.gettrace()
    # What Python and torch draw here follows a seed, whoever else draws. One core, because sharing
    # out the tiny tensors of a check costs more than it saves: on a busy machine it was measured to
    # be fourteen times slower.
    with seeded(0), _own_random(getattr(function, "__globals__", {})), on_threads(1):
        try:
            sys.settrace(_Clock(seconds).watch)
            return Outcome(plain(function(*arguments)))
        except _TooLong as error:
            sys.settrace(before)
            return Outcome(error="TooLong", sentence=_too_long(seconds, error))
        except (Exception, SystemExit) as error:
            sys.settrace(before)
            return Outcome(error=type(error).__name__, sentence=_raised(error))
        finally:
            sys.settrace(before)


class _Clock:
    """Raises `_TooLong` in what it watches (as a trace function) once the time is up."""

    def __init__(self, seconds: float) -> None:
        self._end = time.thread_time() + seconds
        self._soonest = time.monotonic() + seconds
        self._latest = time.monotonic() + PATIENCE * seconds
        self._import_began: tuple[float, float] | None = None

    def watch(self, frame: FrameType, event: str, argument: Any) -> Any:
        if self._import_began is not None:
            return None
        name = frame.f_code.co_name
        if name == "_find_and_load" and frame.f_code.co_filename == _IMPORTS:
            self._import_began = time.thread_time(), time.monotonic()
            return self._watch_import
        if name == "manual_seed" and event == "call":
            _heed_a_seed(frame)
        now = time.monotonic()
        # The processor time is dearer to ask for, and cannot be up before this.
        if now > self._soonest and (now > self._latest or time.thread_time() > self._end):
            raise _TooLong
        # To be told of every line of a library makes a check take half as long again.
        return None if _is_of_a_library(frame.f_code.co_filename) else self.watch

    def _watch_import(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "return" and self._import_began is not None:
            processor, wall = self._import_began
            self._end += time.thread_time() - processor
            self._latest += time.monotonic() - wall
            self._import_began = None
        return self._watch_import


def _heed_a_seed(frame: FrameType) -> None:
    """Seed what is drawn here when it is torch's own generator that `manual_seed` gives a seed.

    What is drawn in a check comes from another one: see `lablib.randomness`.
    """
    if frame.f_globals["__name__"] == "torch.random":
        from lablib.randomness import reseed

        reseed(int(frame.f_locals["seed"]))


@functools.cache
def _is_of_a_library(filename: str) -> bool:
    """Whether a file came with Python or was installed, and is no code of a learner's or of ours.

    >>> _is_of_a_library(threading.__file__), _is_of_a_library(__file__)
    (True, False)
    """
    return "site-packages" in filename or filename.startswith(_PYTHON)


_PYTHON = sysconfig.get_path("stdlib")
_IMPORTS = "<frozen importlib._bootstrap>"


def plain(value: Any) -> Any:
    """Tensors and arrays as lists and numbers, and so all else that can be gone through.

    >>> plain(({1}, range(2), (n * n for n in range(3))))
    [{1}, [0, 1], [0, 1, 4]]
    """
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Fraction | Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {_hashable(key): plain(one) for key, one in value.items()}
    if isinstance(value, Set) and not isinstance(value, KeysView | ItemsView):
        return {_hashable(one) for one in value}
    if isinstance(value, _IN_ORDER):
        return [plain(one) for one in value]
    return value


_IN_ORDER = (list, tuple, range, deque, KeysView, ItemsView, ValuesView, Iterator)


def _hashable(value: Any) -> Any:
    """A key of a dictionary or a member of a set, as plain as it may be."""
    if isinstance(value, tuple):
        return tuple(_hashable(one) for one in value)
    return value.item() if hasattr(value, "item") else value


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
    what = code(f"{type(error).__name__}: {error}".removesuffix(": "))
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
    return f"line {own.lineno}: {code(own.line)}" if own.line else f"line {own.lineno}"
