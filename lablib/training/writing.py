"""What a model writes while it learns: the same prompt and seed, or the same source, each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from lablib.models.text import encode, kept_ids, positions
from lablib.randomness import seeded
from lablib.unicode import well_formed

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TEMPERATURE = 0.8


@torch.no_grad()
def sample(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, tokens: int, seed: int
) -> str:
    """The prompt and what follows it, at most `tokens` tokens, drawn at a temperature of 0.8.

    A prompt too long for the model loses its beginning, as in `sampling.prepare`.

    >>> from lablib import models
    >>> m = models.load("pocket-gpt2", device="cpu")
    >>> text = sample(m.model, m.tokenizer, "Once upon a time", 8, seed=0)
    >>> text == sample(m.model, m.tokenizer, "Once upon a time", 8, seed=0)
    True
    """
    from transformers import GenerationConfig

    training, writer = model.training, model.eval()
    before, inside, _ = encode(tokenizer, prompt)
    room = positions(model)
    start, _ = kept_ids(before, inside, room and room - min(tokens, room // 2))
    ids = torch.tensor([start or [tokenizer.eos_token_id]], device=model.device)
    longest = ids.shape[1] + tokens
    settings = GenerationConfig(
        do_sample=True,
        temperature=TEMPERATURE,
        top_k=0,
        max_length=min(room or longest, longest),
        pad_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    with seeded(seed):
        generate: Any = writer.generate
        written = generate(ids, attention_mask=torch.ones_like(ids), generation_config=settings)
    model.train(training)
    return str(tokenizer.decode(written[0], skip_special_tokens=True))


@torch.no_grad()
def answer(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, source: str, tokens: int
) -> str:
    """What an encoder-decoder model makes of a source, at most `tokens` tokens, greedily.

    >>> from lablib import models
    >>> m = models.load("pocket-t5", device="cpu")
    >>> text = answer(m.model, m.tokenizer, "plural: the cat", 8)
    >>> text == answer(m.model, m.tokenizer, "plural: the cat", 8)
    True
    """
    training, writer = model.training, model.eval()
    most = positions(model)
    read = tokenizer(
        well_formed(source), truncation=most is not None, max_length=most, return_tensors="pt"
    ).to(model.device)
    generate: Any = writer.generate
    written = generate(
        read.input_ids, attention_mask=read.attention_mask, do_sample=False, num_beams=1,
        max_new_tokens=tokens,
    )  # fmt: skip
    model.train(training)
    return str(tokenizer.decode(written[0], skip_special_tokens=True)).strip()
