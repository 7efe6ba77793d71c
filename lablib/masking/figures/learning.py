"""What the learning panel shows of a result."""

from typing import Any

from lablib.masking.compute.learning import MaskedExample
from lablib.masking.figures.shared import nats
from lablib.widgets.tokens import scale_from_zero


def exercise_tokens(done: MaskedExample, original: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The original tokens, those that carry loss marked by their fate and coloured by their loss.

    Args:
        original: the tokens of the text as a strip shows them, [tokens].
    """
    return [
        {
            **token,
            "mark": fate,
            "value": loss,
            "note": f"the model's guess: {guess}" if fate else token.get("note", ""),
        }
        for token, fate, loss, guess in zip(
            original, done.corruption_types, done.losses, done.guesses, strict=True
        )
    ]


def loss_scale(done: MaskedExample) -> dict[str, Any]:
    """The colours of the losses: to 1 nat at least."""
    return scale_from_zero((loss for loss in done.losses if loss is not None), "nats", least=1.0)


def exercise_words(done: MaskedExample) -> str:
    """How many positions carry loss, and the loss, in a sentence."""
    asked = sum(map(bool, done.corruption_types))
    if done.loss is None:
        return "No token was chosen, so there is nothing to learn: raise the rate or draw again."
    pairs = zip(done.corruption_types, done.guesses, done.answers, strict=True)
    right = sum(guess == answer for fate, guess, answer in pairs if fate)
    return (
        f"{asked} of {len(done.seen)} tokens carry loss: {nats(done.loss)} nats on average, "
        f"{right} guessed right. All other positions have the label −100 and teach nothing."
    )
