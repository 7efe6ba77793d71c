"""What the real GPT-2 looked at in two sentences: recorded, where no network can fetch it.

A pocket model's heads are milder than those of a model of GPT-2's size. These are the attention
weights of all 144 heads of GPT-2 (124M; Radford et al. 2019, "Language Models are Unsupervised
Multitask Learners"), in 32 bits as they were recorded by the Transformer Explainer (Cho et al.
2024); the licence stands beside the file.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from safetensors import safe_open

from lablib.attention.compute.heads import AttentionMaps
from lablib.attention.compute.text import Reading
from lablib.unicode import well_formed

RECORDED = "GPT-2, recorded for this sentence"
"""What a picture of a recording is called."""
_NOTE = "This is the attention of the real GPT-2, recorded for this sentence."
_FILE = Path(__file__).parent / "recorded" / "gpt2.safetensors"


def recorded(text: str) -> AttentionMaps | None:
    """The attention of the real GPT-2 for a text, if it was recorded; see `recorded_prompts`.

    Head 4.11 looks at the previous token:
        >>> from lablib import attention as at
        >>> found = at.recorded("Data visualization empowers users to")
        >>> found.weights.shape, round(found.weights[4, 11, 5, 4].item(), 4)
        (torch.Size([12, 12, 6, 6]), 1.0)
        >>> at.recorded("Some other sentence") is None
        True
    """
    return _recordings().get(well_formed(text).strip())


def recorded_prompts() -> tuple[str, ...]:
    """The texts there is a recording of.

    >>> recorded_prompts()
    ('Data visualization empowers users to', 'Artificial Intelligence is transforming the')
    """
    return tuple(_recordings())


@cache
def _recordings() -> dict[str, AttentionMaps]:
    with safe_open(_FILE, framework="pt") as file:
        about = file.metadata()
        return {about[f"{n}.prompt"]: _maps(file, about, n) for n in range(int(about["prompts"]))}


def _maps(file: Any, about: dict[str, str], number: int) -> AttentionMaps:
    ids, words = file.get_tensor(f"{number}.ids").tolist(), json.loads(about[f"{number}.tokens"])
    size = len(ids)
    tokens = Reading(tuple(ids), tuple(words), (False,) * size, (0,) * size, limit=size)
    return AttentionMaps(file.get_tensor(f"{number}.weights"), tokens, tokens, "causal", _NOTE)
