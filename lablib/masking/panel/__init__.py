"""The panels of the masked-word lab. Each is opened by one call and needs nothing but a text."""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "bias": "bias_panel",
        "causal": "causal_panel",
        "curves": "curves_panel",
        "evidence": "evidence_panel",
        "fill": "fill_panel",
        "joint": "joint_panel",
        "learning": "learning_panel",
        "pair": "side_by_side",
        "pretraining": "pretraining_panel",
        "sentences": "sentence_panel",
        "training": "training_panel",
    },
)
