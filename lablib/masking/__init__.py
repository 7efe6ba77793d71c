"""The masked-word room: what a model that reads both sides would put into a gap.

Names are loaded when they are used, so that `from lablib import masking` costs nothing:

    >>> from lablib import masking as mk
    >>> mk.put("The cat sat on the [MASK].", 0, "mat")
    'The cat sat on the mat.'
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        ".training.corruption": "IGNORED Corruption corrupt",
        "text": "MASK MaskedText Word hidden_words hide prepare put",
        "reading": "Question log_probabilities logits_at",
        ".models.heads": "word_scores",
        "filling": "Fill Guess WordScore fill score_word",
        "joint": "ORDERS Filling JointFill compare_orders fill_in_order fill_joint",
        "likelihood": (
            "Comparison PseudoLogLikelihood WordPair compare_sentences pseudo_log_likelihood"
        ),
        "clues": "Evidence attention_from_mask evidence",
        "learning": (
            "BatchLoss Exercise PairLoss exercise next_sentence pretraining_loss weighted_loss"
        ),
        "training": "TrainingStep learn",
        "curves": "Curve learning_curves",
        "bias": "Probe probe",
        "causal": "LeftFill fill_from_left",
        "panel.pair": "side_by_side",
    },
)
