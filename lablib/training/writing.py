"""What a model writes while it learns: the same prompt and seed each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from lablib.models.text import encode, kept_ids, positions
from lablib.randomness import seeded

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
