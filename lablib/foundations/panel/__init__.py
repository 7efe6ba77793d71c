"""The panels of the foundations room. Each is opened by one call and needs nothing."""

from lablib.foundations.panel.bleu import bleu_panel
from lablib.foundations.panel.descent import descent_panel
from lablib.foundations.panel.initialisation import initialisation_panel
from lablib.foundations.panel.ngrams import ngram_panel
from lablib.foundations.panel.overfitting import overfitting_panel
from lablib.foundations.panel.perplexity import perplexity_panel
from lablib.foundations.panel.scale import scale_panel
from lablib.foundations.panel.shrinking import shrinking_panel
from lablib.foundations.panel.threshold import threshold_panel

__all__ = [
    "bleu_panel",
    "descent_panel",
    "initialisation_panel",
    "ngram_panel",
    "overfitting_panel",
    "perplexity_panel",
    "scale_panel",
    "shrinking_panel",
    "threshold_panel",
]
