"""Random numbers that are a thread's own: what is drawn here depends on the seed, and on nobody
who draws at the same time.

torch draws from one generator of the whole process wherever it is not given another, and dropout
and a new layer's first weights cannot be given one. Seeding that generator for a while is a race:
another thread draws from it meanwhile, or puts it back. So every operation of torch that takes a
generator gets a second implementation here, under a dispatch key that no tensor has. It is looked
up only in a thread that is in a `seeded` block, and hands the block's generator to the first one.
All other operations fall through the key, at no cost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any

import torch

from lablib.numbers import require_whole

KEY = "TESTING_ONLY_GenericMode"
"""Of torch's dispatch keys one that is kept free; a thread can switch it on for itself."""
FUSED = (
    "native_dropout", "_cudnn_init_dropout_state", "_cudnn_rnn",
    "_scaled_dot_product_flash_attention", "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_cudnn_attention",
)  # fmt: skip
"""Operations that draw inside a GPU's kernel and take no generator."""

_thread = threading.local()
_one_at_a_time = threading.Lock()


class Draws:
    """The random numbers that follow a seed, on every device.

    Args:
        seed: decides them all, as `torch.manual_seed` would; a whole number.

    Example: they go on where they ended.
        >>> draws = Draws(0)
        >>> with drawing(draws):
        ...     first = torch.rand(2)
        >>> with drawing(draws):
        ...     second = torch.rand(2)
        >>> four = torch.rand(4, generator=torch.Generator().manual_seed(0))
        >>> torch.equal(torch.cat([first, second]), four)
        True
    """

    def __init__(self, seed: int) -> None:
        self.seed = _seed(seed)
        self._generators: dict[torch.device, torch.Generator] = {}

    def on(self, device: torch.device) -> torch.Generator:
        """The generator of a device, made when it is first needed."""
        if device not in self._generators:
            self._generators[device] = torch.Generator(device).manual_seed(self.seed)
        return self._generators[device]

    def reseed(self, seed: int) -> None:
        """Begin again, with another seed."""
        self.seed = seed
        self._generators.clear()

    def copy(self) -> Draws:
        """Draws that give from here on what these will give."""
        other = Draws(self.seed)
        other._generators = {d: each.clone_state() for d, each in self._generators.items()}
        return other


@contextmanager
def drawing(draws: Draws) -> Iterator[None]:
    """Let all that torch draws in this thread come from these, dropout and new weights too."""
    with _one_at_a_time:
        _implement()
    before = getattr(_thread, "draws", None)
    _thread.draws = draws
    try:
        with torch._C._IncludeDispatchKeyGuard(torch._C._dispatch_key_parse(KEY)):
            yield
    finally:
        _thread.draws = before


def seeded(seed: int) -> AbstractContextManager[None]:
    """Draw from a seed in the block, and leave everybody else's random numbers alone.

    >>> with seeded(0):
    ...     one = torch.nn.functional.dropout(torch.ones(9))
    >>> with seeded(0):
    ...     other = torch.nn.functional.dropout(torch.ones(9))
    >>> torch.equal(one, other)
    True
    """
    return drawing(Draws(seed))


def generator(seed: int) -> torch.Generator:
    """Random numbers to hand over to a function of torch, from a seed.

    >>> torch.randperm(4, generator=generator(0)).tolist()
    [0, 1, 3, 2]
    """
    return torch.Generator().manual_seed(_seed(seed))


def reseed(seed: int) -> None:
    """Begin again with another seed, in the block that this thread is in.

    >>> with seeded(0):
    ...     reseed(1)
    ...     one = torch.rand(1)
    >>> with seeded(1):
    ...     torch.equal(torch.rand(1), one)
    True
    """
    draws = getattr(_thread, "draws", None)
    if draws is not None:
        draws.reseed(seed)


def _seed(seed: int) -> int:
    """A seed as torch takes it, which knows none of more than 64 bits."""
    require_whole(seed=seed)
    return int(seed) % 2**64


def replayed() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    """For `torch.utils.checkpoint`: what is computed once more draws the same numbers once more."""
    draws = getattr(_thread, "draws", None)
    return nullcontext(), nullcontext() if draws is None else drawing(draws.copy())


@contextmanager
def on_threads(number: int) -> Iterator[None]:
    """Let torch compute on so many threads in the block, when this thread asks it to.

    A sum that is shared out otherwise is rounded otherwise, so equal numbers need equal threads.
    Torch keeps the number for each thread apart; one that begins later takes what was set last.

    >>> with on_threads(1):
    ...     torch.get_num_threads()
    1
    """
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@cache
def _implement() -> tuple[torch.library.Library, ...]:
    """Give each operation that draws its second implementation; it lasts as long as the answer."""
    everything = torch.library.Library("_", "IMPL", KEY)
    everything.fallback(torch.library.fallthrough_kernel)
    drawing_ones = torch.library.Library("aten", "IMPL", KEY)
    for name, operation in _operations():
        if any(argument.name == "generator" for argument in operation._schema.arguments):
            drawing_ones.impl(name, _given_a_generator(operation))
        elif name in FUSED and torch.cuda.is_available():
            drawing_ones.impl(name, _borrowing_the_device(operation))
    return everything, drawing_ones


def _operations() -> Iterator[tuple[str, Any]]:
    """The operations of torch itself, by their names."""
    for full in torch._C._dispatch_get_all_op_names():
        space, _, name = full.partition("::")
        packet, _, overload = name.partition(".")
        if space == "aten":
            yield name, getattr(getattr(torch.ops.aten, packet), overload or "default")


def _given_a_generator(operation: Any) -> Callable[..., Any]:
    def draw(*args: Any, **kwargs: Any) -> Any:
        draws, device = getattr(_thread, "draws", None), _device(args, kwargs)
        if draws and kwargs.get("generator") is None and device.type != "meta":
            kwargs["generator"] = draws.on(device)
        with _first_implementation():
            return operation(*args, **kwargs)

    return draw


def _borrowing_the_device(operation: Any) -> Callable[..., Any]:
    """For one call our generator's state stands in the device's own, which it gets back."""

    def draw(*args: Any, **kwargs: Any) -> Any:
        draws, device = getattr(_thread, "draws", None), _device(args, kwargs)
        with _first_implementation():
            if draws is None or device.type != "cuda":
                return operation(*args, **kwargs)
            with _one_at_a_time, _standing_in(draws.on(device), device):
                return operation(*args, **kwargs)

    return draw


@contextmanager
def _standing_in(ours: torch.Generator, device: torch.device) -> Iterator[None]:
    theirs = torch.cuda.default_generators[device.index]
    before = theirs.get_state()
    theirs.set_state(ours.get_state())
    try:
        yield
    finally:
        ours.set_state(theirs.get_state())
        theirs.set_state(before)


def _first_implementation() -> AbstractContextManager[None]:
    key = torch._C._dispatch_key_parse(KEY)
    guard: AbstractContextManager[None] = torch._C._ExcludeDispatchKeyGuard(
        torch._C.DispatchKeySet(key)
    )
    return guard


def _device(args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.device:
    """Where an operation draws: where its first tensor is, or where it is to make one."""
    for each in (*args, kwargs.get("out")):
        if isinstance(each, torch.Tensor):
            return each.device
    return torch.device(kwargs.get("device") or "cpu")
