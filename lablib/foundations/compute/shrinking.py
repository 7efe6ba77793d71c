"""Smaller copies of a model, measured: fewer bits for each weight, and weights set to 0."""

import copy
import tempfile
import time
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import prune, skip_init

from lablib.foundations.compute.perplexity import surprise
from lablib.models import LoadedModel
from lablib.numbers import percent, require_within

REPEATS = 5
"""How often a reading is timed; the fastest counts, since whatever else runs only ever slows it."""


CHUNK = 2**20
"""Bytes that are compressed at a time."""


@dataclass(frozen=True)
class Copy:
    """What was measured of a copy.

    Attributes:
        name: what was done to it.
        file_bytes: of its weights in a safetensors file.
        packed_bytes: of that file, compressed (zlib).
        tokens_per_second: when it reads the text, all tokens at once, on this machine.
        bits_per_byte: what the text costs it.
    """

    name: str
    file_bytes: int
    packed_bytes: int
    tokens_per_second: float
    bits_per_byte: float


@torch.inference_mode(False)
def int8_copy(m: LoadedModel) -> LoadedModel:
    """A copy whose matrices have 8 bits for each weight: dynamic quantisation.

    A matrix keeps whole numbers from −128 to 127 and one scale for each row; what comes in is
    rounded to 8 bits as it comes, and torch multiplies in whole numbers. Embeddings are kept in 8
    bits with a scale for each token. Norms and biases stay as they are.

    Example:
        >>> from lablib import models
        >>> small = int8_copy(models.load("pocket-gpt2"))
        >>> small.model.lm_head.weight().dtype, small.model.transformer.ln_f.weight.dtype
        (torch.qint8, torch.float32)
    """
    from torch.ao import quantization

    model = _plain(m)
    torch.backends.quantized.engine = _engine()
    with warnings.catch_warnings():
        # torch points to a successor of these calls, which is a package of its own.
        warnings.simplefilter("ignore")
        small = quantization.quantize_dynamic(
            model,
            {
                nn.Linear: quantization.per_channel_dynamic_qconfig,
                nn.Embedding: quantization.float_qparams_weight_only_qconfig,
            },
        )
    return replace(m, model=small)


def _engine() -> str:
    """The library that multiplies whole numbers on this processor."""
    there = torch.backends.quantized.supported_engines
    return next(name for name in ("x86", "fbgemm", "qnnpack", "onednn") if name in there)


@torch.inference_mode(False)
def pruned_copy(m: LoadedModel, share: float = 0.3) -> LoadedModel:
    """A copy in which this share of each matrix's weights, the smallest ones, is 0.

    Raises:
        ValueError: for a share outside 0 to 1.

    Example:
        >>> from lablib import models
        >>> pruned = pruned_copy(models.load("pocket-gpt2"), share=0.25)
        >>> weight = pruned.model.transformer.h[0].mlp.c_fc.weight
        >>> float((weight == 0).float().mean())
        0.25
    """
    require_within("share", share)
    model = _plain(m)
    head = model.get_output_embeddings()
    for layer in model.modules():
        if isinstance(layer, nn.Linear) and layer is not head:  # the head is the embeddings too
            prune.l1_unstructured(layer, "weight", amount=float(share))
            prune.remove(layer, "weight")
    return replace(m, model=model)


@torch.inference_mode(False)
def half_copy(m: LoadedModel) -> LoadedModel:
    """A copy with 16 bits for each weight (bfloat16), on the CPU as all copies are.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2")
        >>> half_copy(m).model.dtype, m.model.dtype
        (torch.bfloat16, torch.float32)
    """
    model: Any = copy.deepcopy(m.model)
    return replace(m, model=model.to("cpu", torch.bfloat16))


def _plain(m: LoadedModel) -> Any:
    """A copy in 32 bits on the CPU, GPT-2's transposed layers made ordinary linear ones."""
    from transformers.pytorch_utils import Conv1D

    model: Any = copy.deepcopy(m.model)
    model = model.float().cpu()
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, Conv1D):
                setattr(parent, name, _linear(layer))
    return model.eval()


def _linear(layer: Any) -> nn.Linear:
    inputs, outputs = layer.weight.shape
    linear = skip_init(nn.Linear, inputs, outputs)
    linear.weight.data, linear.bias.data = layer.weight.data.T.contiguous(), layer.bias.data
    return linear


def shrink(m: LoadedModel, text: str, share: float = 0.3) -> Iterator[Copy]:
    """Measure the model, and its copies in 16 and 8 bits and with weights set to 0, one by one.

    Args:
        text: what it reads to be measured.
        share: of the weights set to 0.

    Raises:
        ValueError: if there is no text, or for a share outside 0 to 1.

    Example: half the bits make half the file.
        >>> from lablib import models
        >>> copies = shrink(models.load("pocket-gpt2"), "Once upon a time")
        >>> whole, half = next(copies), next(copies)
        >>> half.name, round(half.file_bytes / whole.file_bytes, 2)
        ('16 bits', 0.5)
    """
    require_within("share", share)
    yield measure("32 bits", replace(m, model=_plain(m)), text)
    yield measure("16 bits", half_copy(m), text)
    yield measure("8 bits", int8_copy(m), text)
    yield measure(f"{percent(share)} set to 0", pruned_copy(m, share), text)


def measure(name: str, m: LoadedModel, text: str) -> Copy:
    """Size, speed and bits per byte of a model.

    Raises:
        ValueError: if there is no text.

    Example: a weight of 32 bits takes four bytes, and names and shapes take hardly any.
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2")
        >>> found = measure("as it is", m, "Once upon a time there was a little girl.")
        >>> round(found.file_bytes / m.card.parameters, 2), found.packed_bytes < found.file_bytes
        (4.0, True)
        >>> found.bits_per_byte < 1 and found.tokens_per_second > 0
        True
    """
    found = surprise(m, text)
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        surprise(m, text)
        seconds.append(time.perf_counter() - start)
    return Copy(
        name,
        *_file_sizes(m.model),
        len(found.ids) / min(seconds),
        found.bits_per_byte,
    )


def _file_sizes(model: nn.Module) -> tuple[int, int]:
    """Bytes of a safetensors file of the model's weights, each once, and of the same compressed."""
    from safetensors.torch import save_file

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "model.safetensors"
        save_file(_tensors(model), place)
        packer, packed = zlib.compressobj(1), 0
        with place.open("rb") as file:
            while piece := file.read(CHUNK):
                packed += len(packer.compress(piece))
        return place.stat().st_size, packed + len(packer.flush())


def _tensors(model: nn.Module) -> dict[str, Tensor]:
    """What has to be stored: every tensor once; of 8 bits the whole numbers and their scales."""
    kept: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, module in model.named_modules():
        weight = getattr(module, "weight", None)
        if callable(weight):  # torch's quantised layers give their weight when asked
            kept |= _quantised(name, weight())
            bias = module.bias() if callable(getattr(module, "bias", None)) else None
            if bias is not None:
                kept[f"{name}.bias"] = bias.detach().contiguous()
            continue
        for part, tensor in module.named_parameters(recurse=False):
            if tensor.data_ptr() not in seen:
                seen.add(tensor.data_ptr())
                kept[f"{name}.{part}"] = tensor.detach().contiguous()
    return kept


def _quantised(name: str, weight: Tensor) -> dict[str, Tensor]:
    return {
        f"{name}.weight": weight.int_repr(),
        f"{name}.scales": weight.q_per_channel_scales().float(),
        f"{name}.zeros": weight.q_per_channel_zero_points().float(),
    }
