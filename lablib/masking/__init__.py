"""The masked-word room: what a model that reads both sides would put into a gap.

Names are loaded when they are used, so that `from lablib import masking` costs nothing:

    >>> from lablib import masking as mk
    >>> mk.put("The cat sat on the [MASK].", 0, "mat")
    'The cat sat on the mat.'
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
