"""The foundations room: what a language model is, how one is trained, measured, and made smaller.

Names are loaded when they are used, so that `from lablib import foundations` costs nothing:

    >>> from lablib import foundations as fo
    >>> fo.SMOOTHINGS
    ('none', 'add-k', 'backoff', 'witten-bell', 'kneser-ney')
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "ngrams": "SMOOTHINGS NGrams Seen",
        "counting": "Cost Split costs count split_text write",
        "losses": "Surprise surprise token_losses",
        "initialisation": "ACTIVATIONS INITS Signal signal",
        "descent": "METHODS VALLEYS Descent NetCurve Valley descend spirals train_net",
        "overfitting": "Examples Fit Guard examples fit wave",
        "deciding": "Counts counts_at example_scores sweep",
        "translation": "Bleu bleu",
        "size": "PRECISIONS Shape serving_memory training_flops training_memory",
        "devices": "DEVICES Bill Device training_bill",
        "known": "KNOWN Known",
        "shrinking": "Copy half_copy int8_copy measure pruned_copy shrink",
    },
)
