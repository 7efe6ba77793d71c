"""The panels of the transfer lab. Those of a notebook share the labelled set and the classifier."""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "data": "data_panel",
        "growth": "growth_panel",
        "judge": "judge_panel",
        "mistakes": "mistakes_panel",
        "training": "training_panel",
    },
)
