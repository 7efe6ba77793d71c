"""An encoder-decoder model between two tokens that it writes.

The encoder reads the source once. The decoder keeps the keys and values of what it has written, and
those that cross-attention made of the source, so each new token costs one step of the decoder.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import (
    DynamicCache,
    EncoderDecoderCache,
    ForcedBOSTokenLogitsProcessor,
    ForcedEOSTokenLogitsProcessor,
    LogitsProcessor,
    LogitsProcessorList,
    MinLengthLogitsProcessor,
    NoBadWordsLogitsProcessor,
    NoRepeatNGramLogitsProcessor,
)
from transformers.modeling_outputs import BaseModelOutput

from lablib.attention.compute.heads import require_encoder_decoder
from lablib.attention.compute.text import Reading
from lablib.models import LoadedModel


class TargetReader:
    """A decoder over a source that was read once: rows of target tokens, read on and on.

    Args:
        source: what the encoder reads.

    Raises:
        ValueError: if the model has no decoder that looks at an encoder.
    """

    @torch.inference_mode()
    def __init__(self, m: LoadedModel, source: Reading):
        require_encoder_decoder(m)
        self._model: Any = m.model
        read = self._model.get_encoder()(source.inputs(m)["input_ids"])
        self._states: Tensor = read.last_hidden_state  # [1, source, width]
        self._cache: Any = EncoderDecoderCache(DynamicCache(), DynamicCache())

    @torch.inference_mode()
    def read(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Read more target tokens, [rows][n] ids; the scores for the next, [rows, vocab] float32 on
        the CPU.
        """
        states = self._states.expand(len(ids), -1, -1)
        output = self._model(
            encoder_outputs=BaseModelOutput(last_hidden_state=states),
            decoder_input_ids=torch.tensor(ids, device=states.device),
            past_key_values=self._cache,
            use_cache=True,
        )
        last: Tensor = output.logits[:, -1]
        return last.to("cpu", torch.float32)

    def select(self, rows: Sequence[int]) -> None:
        """Go on with these rows, in this order; a row may be named more than once."""
        self._cache.reorder_cache(torch.tensor(rows, device=self._states.device))


def rules(m: LoadedModel, most: int) -> LogitsProcessorList:
    """What a model's own settings forbid or force while it writes `most` tokens at most, in the
    order `generate` applies them: BART begins with its start token, Marian never writes padding.

    Example:
        >>> from lablib import models
        >>> len(rules(models.load("pocket-t5", device="cpu"), 20))
        0
    """
    settings: Any = m.model.generation_config
    found: list[LogitsProcessor] = []
    if settings.no_repeat_ngram_size:
        found.append(NoRepeatNGramLogitsProcessor(settings.no_repeat_ngram_size))
    if settings.bad_words_ids:
        found.append(NoBadWordsLogitsProcessor(settings.bad_words_ids, settings.eos_token_id))
    if settings.min_length and settings.eos_token_id is not None:
        found.append(MinLengthLogitsProcessor(settings.min_length, settings.eos_token_id))
    if settings.forced_bos_token_id is not None:
        found.append(ForcedBOSTokenLogitsProcessor(settings.forced_bos_token_id))
    if settings.forced_eos_token_id is not None:
        found.append(ForcedEOSTokenLogitsProcessor(most + 1, settings.forced_eos_token_id))
    return LogitsProcessorList(found)
