"""The panels of the foundations room. Each is opened by one call and needs nothing."""

from lablib.foundations.panel.ngrams import ngram_panel

__all__ = [
    "ngram_panel",
]
