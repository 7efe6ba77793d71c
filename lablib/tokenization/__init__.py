"""The tokenization room: from text to tokens and back.

Names are loaded when they are used, so that `from lablib import tokenization` costs nothing:

    >>> from lablib import tokenization as tk
    >>> tk.encode("Hello world", "gpt2").ids
    (15496, 995)
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "compute": "Encoding Token byte_offsets encode",
        "named": "TokenizerCard as_tokenizer menu",
        "levels": "Ladder Rung code_point_name ladder sharing",
        "comparison": "Comparison Difference Row compare decode differences unknown",
        "languages": "Cost Costs language_costs parallel_sentences read_parallel",
        "vocabulary_search": "ORDERS Query entries_of search scripts unused used",
        "pipeline": "Pretoken backend pretokens",
        "steps": (
            "Arrival Arrivals Candidate Match Merge Part WordSteps bpe_steps kind_of"
            " unigram_steps word_steps wordpiece_steps"
        ),
        "corners": "CORNERS Corner Reading corner",
        "training": ("Trained held_out train train_bpe train_unigram train_wordpiece"),
        "counting": "Growth growth",
        "merge_view": "MergeView",
    },
)
