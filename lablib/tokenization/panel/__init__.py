"""The panels of the tokenization lab. Each is opened by one call."""

from lablib.tokenization.panel.comparison import compare_panel
from lablib.tokenization.panel.corners import corner_panel
from lablib.tokenization.panel.languages import language_panel
from lablib.tokenization.panel.tokens import token_panel
from lablib.tokenization.panel.training import training_panel
from lablib.tokenization.panel.vocabulary import vocabulary_panel
from lablib.tokenization.panel.word import word_panel

__all__ = [
    "compare_panel",
    "corner_panel",
    "language_panel",
    "token_panel",
    "training_panel",
    "vocabulary_panel",
    "word_panel",
]
