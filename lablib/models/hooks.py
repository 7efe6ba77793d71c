"""Hooks on a model that is shared: panels of a notebook compute with the same one at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

from torch.utils.hooks import RemovableHandle


@contextmanager
def hooked(
    register: Callable[[Callable[..., Any]], RemovableHandle], hook: Callable[..., Any]
) -> Iterator[None]:
    """Within this block a hook acts on what this thread computes with a model, and on nothing else.

    Args:
        register: the method of a module that takes a hook, as `module.register_forward_hook`.
        hook: what it takes; what it returns takes the place of what the module was given, or gives.

    Example: a layer that gives zeros, to us alone.
        >>> import torch
        >>> layer = torch.nn.Identity()
        >>> with hooked(layer.register_forward_hook, lambda _, __, given: given * 0):
        ...     layer(torch.ones(2))
        tensor([0., 0.])
        >>> layer(torch.ones(2))
        tensor([1., 1.])
    """
    thread = get_ident()

    def act(*given: Any) -> Any:
        return hook(*given) if get_ident() == thread else None  # None changes nothing

    handle = register(act)
    try:
        yield
    finally:
        handle.remove()
