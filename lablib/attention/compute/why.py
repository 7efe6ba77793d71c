"""Why this token? What led a model to the token that follows a text, or stands at a place of it.
The three ways to ask are those of `sampling.compute.attribution`.
"""

from dataclasses import dataclass
from typing import Any

from lablib.attention.compute.asking import TEXT_BYTES
from lablib.attention.compute.text import MAX_TOKENS, Reading, read
from lablib.models import LoadedModel
from lablib.models.text import token_text
from lablib.numbers import require_place, require_whole
from lablib.sampling.compute.attribution import Attribution, attribution, last_scores


@dataclass(frozen=True, eq=False)
class Why(Attribution):
    """What each token of a text did for the token that follows it.

    Attributes:
        tokens: the text.
        text: the text of what follows.
    """

    tokens: Reading
    text: str


def why(
    m: LoadedModel, text: str | Reading, place: int | None = None, token: int | None = None
) -> Why:
    """Ask in three ways which tokens of a text led a next-word model to what follows them.

    Args:
        place: which token of the text is asked about, from 1: those before it are read. None for
            what would follow the whole text.
        token: the id that is asked about; None for the token at this place, or after the whole text
            for what the model finds most probable.

    Raises:
        ValueError: if the model is no next-word model, it has no such token, or there is no such
            place with a token before it.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = at.why(m, "The king was so tired that")
        >>> found.text, found.occlusion.shape == found.gradient.shape == found.rollout.shape
        (' he', True)
        >>> found.tokens.tokens[found.top("occlusion", 1)[0][0]]
        ' that'
        >>> -1 <= found.agreement("occlusion", "gradient") <= 1
        True
    """
    model: Any = m.model
    if not model.can_generate() or model.config.is_encoder_decoder:
        raise ValueError(
            f"{type(model).__name__} does not say which token comes next: choose a next-word "
            "model, as GPT-2."
        )
    entries = model.get_output_embeddings().weight.shape[0]
    if token is not None:
        says = f"Token {token} is not one of this model's {entries:,} tokens."
        require_place("token", token, entries, says=says)
    tokens = read(m, text, limit=min(MAX_TOKENS, TEXT_BYTES // (4 * entries)))
    if place is not None:
        require_whole(place=place)
        if not 0 < place < len(tokens):
            raise ValueError(
                f"Choose a token from place 1 to {len(tokens) - 1}: it takes one before it, and "
                f"{place} is none of these."
            )
        token = tokens.ids[place] if token is None else token
        tokens = tokens.first(place)
    token = int(last_scores(m, [tokens.ids])[0].argmax()) if token is None else token
    found = attribution(m, (*tokens.ids, token), len(tokens))
    return Why(**vars(found), tokens=tokens, text=token_text(m.tokenizer, token))
