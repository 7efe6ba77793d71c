"""Nested values with tensors in them, as files that run no code when they are read.

`torch.save` pickles, and a pickle is a program. Here the tensors of a nested value go into one
safetensors file and the rest, with a mark where each tensor was, into JSON.
"""

from typing import Any

from torch import Tensor

MARKS = ("tensor", "tuple", "items")
"""What JSON does not know: a tensor, a tuple, a dict with other keys than words."""


def flatten(tree: Any, tensors: dict[str, Tensor]) -> Any:
    """A value as JSON holds it, its tensors put into `tensors`.

    A tensor that is there twice (tied weights) is kept once.

    Args:
        tree: dicts, lists, tuples, numbers, words, None and tensors, nested.
        tensors: is filled: contiguous, on the CPU.

    Raises:
        TypeError: for a value that is none of these.

    Example:
        >>> import torch
        >>> kept = {}
        >>> flatten({0: (0.9, 0.95), "step": torch.ones(1)}, kept)
        {'items': [[0, {'tuple': [0.9, 0.95]}], ['step', {'tensor': '0'}]]}
        >>> kept
        {'0': tensor([1.])}
    """
    return _apart(tree, tensors, {})


def _apart(tree: Any, tensors: dict[str, Tensor], seen: dict[Any, str]) -> Any:
    if isinstance(tree, Tensor):
        return {"tensor": _keep(tree.detach(), tensors, seen)}
    if isinstance(tree, tuple):
        return {"tuple": [_apart(each, tensors, seen) for each in tree]}
    if isinstance(tree, list):
        return [_apart(each, tensors, seen) for each in tree]
    if isinstance(tree, dict):
        items = [[key, _apart(value, tensors, seen)] for key, value in tree.items()]
        plain = all(isinstance(key, str) for key in tree) and not set(tree) & set(MARKS)
        return dict(items) if plain else {"items": items}
    if tree is None or isinstance(tree, bool | int | float | str):
        return tree
    raise TypeError(f"A checkpoint holds no {type(tree).__name__}.")


def _keep(tensor: Tensor, tensors: dict[str, Tensor], seen: dict[Any, str]) -> str:
    """The name under which a tensor is kept."""
    where = (tensor.device, tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype)
    has_address = type(tensor) is Tensor and tensor.numel() > 0  # a share of a tensor has none
    if not has_address or where not in seen:
        name = str(len(tensors))
        seen[where] = name
        tensors[name] = tensor.cpu().contiguous()
    return seen[where]


def unflatten(apart: Any, tensors: dict[str, Tensor]) -> Any:
    """The value that `flatten` took apart.

    >>> import torch
    >>> unflatten({"tuple": [{"tensor": "0"}, None]}, {"0": torch.ones(1)})
    (tensor([1.]), None)
    """
    if isinstance(apart, list):
        return [unflatten(each, tensors) for each in apart]
    if not isinstance(apart, dict):
        return apart
    if len(apart) == 1:
        [(mark, inner)] = apart.items()
        if mark == "tensor":
            return tensors[inner]
        if mark == "tuple":
            return tuple(unflatten(inner, tensors))
        if mark == "items":
            return {key: unflatten(value, tensors) for key, value in inner}
    return {key: unflatten(value, tensors) for key, value in apart.items()}


def size_of(tree: Any) -> int:
    """Bytes of the tensors in a nested value, those of tied ones once.

    >>> import torch
    >>> size_of([torch.ones(3), {"a": torch.ones(2, dtype=torch.float64)}])
    28
    """
    sizes: dict[int, int] = {}
    stack = [tree]
    while stack:
        each = stack.pop()
        if isinstance(each, Tensor):
            sizes[each.data_ptr()] = each.nbytes
        elif isinstance(each, dict):
            stack.extend(each.values())
        elif isinstance(each, list | tuple):
            stack.extend(each)
    return sum(sizes.values())
