"""The one door to a model: find it, check it, open it once, share it."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args
from weakref import WeakValueDictionary

from lablib.models import checkpoint, entries, places
from lablib.models.card import Attention, Kind, LoadedModel
from lablib.models.errors import ModelError, quoted
from lablib.models.hub import HubError, Progress
from lablib.models.opening import kinds_of, open_model, read_architecture, require_fit
from lablib.models.tokenizers import open_tokenizer

if TYPE_CHECKING:
    import torch

T = TypeVar("T")

ANY_KIND: tuple[Kind, ...] = ("causal", "seq2seq", "masked", "encoder")
"""What a model is opened as if nobody says what it is for: the first of these that it can be."""

# What is open in this process, as long as somebody uses it. One lock for all: transformers sets
# torch's default precision while it opens a model, so two must not be opened at the same time.
_open: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()
_opening = RLock()


def load(
    name: str | os.PathLike[str] | None = None,
    kind: Kind | Literal["auto"] | tuple[Kind, ...] = "auto",
    device: str = "auto",
    attention: Attention = "sdpa",
    progress: Progress | None = None,
) -> LoadedModel:
    """Open a model, or share it if this process has it open already.

    On a CPU the weights keep the precision of their file and are mapped into memory, so all
    processes of a machine share one copy; only 16-bit floats, which a CPU computes slowly, are
    widened to 32 bits. On a CUDA device 32-bit weights become bfloat16 (float16 on older ones).

    Each attention implementation gets a model of its own, so that no panel changes another's; on a
    CPU the two share the mapped weights.

    Args:
        name: a name from the catalogue, a hub name ("owner/model"), or a folder. None: the best
            model that is on this machine.
        kind: what the model is for. A masked model saved with BERT's two pretraining heads is
            opened with both, and then answers with `prediction_logits` and
            `seq_relationship_logits` in place of `logits`. Of several kinds it is the first that
            the model can be; `card.kind` says which. "auto": what the catalogue says it is for, or
            else the first of `ANY_KIND` that it can be; without a name a next-word model.
        device: "auto" (CUDA, then Apple's MPS, then the CPU), or a name torch knows ("cuda:1").
        attention: "sdpa" is fast, "eager" also gives the attention weights. Architectures without
            sdpa are opened with eager.
        progress: called as `progress(done_bytes, total_bytes, text)` during a download; raise from
            it to stop the download.

    Raises:
        ModelError: if the model cannot be had or is not what was asked for.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> type(m.model).__name__, m.card.source, m.device
        ('GPT2LMHeadModel', 'pocket', device(type='cpu'))
    """
    kinds = kind if isinstance(kind, tuple) else _kinds_for(name) if kind == "auto" else (kind,)
    for one in kinds:
        _check("kind", one, Kind)
    _check("attention", attention, Attention)
    place = _find(entries.default_name(kinds[0]) if name is None else name, kinds[0], progress)
    found = checkpoint.inspect(place.folder, place.name)
    target = pick_device(device)
    with _opening:
        model, opened_as = _open_as_first(found, kinds, target, attention)
        files = found.fingerprint()
        tokenizer = _shared((files, "tokenizer"), lambda: open_tokenizer(found.base, found.name))
        require_fit(place.name, tokenizer, model)
        card = entries.card_of(place.name, opened_as, place.source, place.folder)
        card = replace(card, kind=opened_as, parameters=model.num_parameters())
        why = _why(place, by_default=name is None)
        key = (place.name, files, opened_as, target, attention, why)
        return _shared(key, lambda: LoadedModel(model, tokenizer, card, target, why))


def _kinds_for(name: str | os.PathLike[str] | None) -> tuple[Kind, ...]:
    """What a model is opened as if nobody says what it is for."""
    if name is None:
        return ("causal",)
    known = entries.kind_of(name) if isinstance(name, str) else None
    return (known,) if known else ANY_KIND


def _open_as_first(
    found: checkpoint.Checkpoint,
    kinds: tuple[Kind, ...],
    target: torch.device,
    attention: Attention,
) -> tuple[Any, Kind]:
    """The model as the first of the kinds that it can be, and which that is.

    An architecture can be more than its weights are: MiniLM is a BERT without a masked-word head.
    """
    fitting = [kind for kind in kinds if kind in kinds_of(read_architecture(found))]
    errors = []
    for kind in fitting or kinds[:1]:
        key = (found.name, found.fingerprint(), kind, target, attention, "model")
        try:
            return _shared(key, partial(open_model, found, kind, target, attention)), kind
        except ModelError as error:
            errors.append(error)
    raise errors[0]


def _check(what: str, value: str, choices: Any) -> None:
    if value not in get_args(choices):
        raise ModelError(f"{what} is one of {', '.join(get_args(choices))}, not {quoted(value)}.")


def _shared(key: Hashable, make: Callable[[], T]) -> T:
    """What is open under this key, or what `make` gives."""
    value = _open.get(key)
    if value is None:
        _open[key] = value = make()
    return value


def _find(name: str | os.PathLike[str], kind: Kind, progress: Progress | None) -> places.Place:
    try:
        return places.find(name, progress)
    except HubError as error:
        here = ", ".join(entries.names_here(kind))
        instead = f"you can use {here}" if here else "no model of this kind is here yet"
        raise ModelError(f"{error}; {instead}.") from error


def _why(place: places.Place, by_default: bool) -> str:
    if not by_default:
        return f"You chose {place.name}; {place.how}."
    if place.source == "hub":
        return f"{place.name} is the first choice here; {place.how}."
    return f"No larger model is on this machine, so {place.name} was taken; {place.how}."


def pick_device(device: str = "auto") -> torch.device:
    """The device of a name; "auto" is CUDA, then Apple's MPS, then the CPU.

    Raises:
        ModelError: if there is no such device here.

    Example:
        >>> pick_device("cpu")
        device(type='cpu')
    """
    import torch

    if device == "auto":
        device = next(name for name in ("cuda", "mps", "cpu") if _count(name))
    try:
        wanted = torch.device(device)
    except (RuntimeError, TypeError):
        wanted = None
    if wanted is None or (wanted.index or 0) >= _count(wanted.type):
        raise ModelError(f"There is no device {quoted(device)} here: use device='auto' or 'cpu'.")
    # "cuda" and "cuda:0" are one device, so they are one name.
    return wanted if wanted.type == "cpu" else torch.device(wanted.type, wanted.index or 0)


def _count(device_type: str) -> int:
    """How many devices of a type this machine has."""
    import torch

    counts = {
        "cpu": 1,
        "cuda": torch.cuda.device_count(),
        "mps": int(torch.backends.mps.is_available()),
    }
    return counts.get(device_type, 0)
