"""The panels of the tokenization lab. Each is opened by one call."""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "comparison": "compare_panel",
        "corners": "corner_panel",
        "languages": "language_panel",
        "tokens": "token_panel",
        "training": "training_panel",
        "vocabulary": "vocabulary_panel",
        "word": "word_panel",
    },
)
