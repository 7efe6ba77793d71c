"""The panels of the foundations room. Each is opened by one call and needs nothing."""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "bleu": "bleu_panel",
        "descent": "descent_panel",
        "initialisation": "initialisation_panel",
        "ngrams": "ngram_panel",
        "overfitting": "overfitting_panel",
        "perplexity": "perplexity_panel",
        "scale": "scale_panel",
        "shrinking": "shrinking_panel",
        "threshold": "threshold_panel",
    },
)
