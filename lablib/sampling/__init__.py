"""The sampling room: from a model's scores to text.

Names are loaded when they are used, so that `from lablib import sampling` costs nothing:

    >>> from lablib import sampling as sp
    >>> sp.Knobs(temperature=0.7).temperature
    0.7
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
