"""What the token losses panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lablib.finetuning.compute.token_losses import LossChange, TokenLosses
from lablib.widgets.tokens import number, token_dicts, visible

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase
from lablib.finetuning.figures.shared import perplexity


def loss_tokens(
    found: TokenLosses, tokenizer: "PreTrainedTokenizerBase", values: Sequence[float]
) -> list[dict[str, Any]]:
    """The tokens of a sentence with a number each, as a strip takes them."""
    return token_dicts(found.ids, tokenizer, values)


def loss_words(found: LossChange) -> str:
    """By how much the sentence became easier, and where most."""
    (token, most), *_ = found.top(1)
    before, after = found.before.mean, found.after.mean
    way = "fell" if after < before else "rose"
    return (
        f"The mean loss {way} from {number(before)} to {number(after)} nats per token "
        f"(perplexity {perplexity(before)} → {perplexity(after)}). The largest "
        f"change is at “{visible(token)}”: {number(most)} nats."
    )
