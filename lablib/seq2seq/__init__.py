"""The sequence-to-sequence room: how an encoder-decoder model turns one text into another.

Names are loaded when they are used, so that `from lablib import seq2seq` costs nothing:

    >>> from lablib import models, seq2seq as ss
    >>> m = models.load("pocket-t5", device="cpu")
    >>> ss.translate(m, "plural: the cat").maps.cross.weights.shape[:2]
    torch.Size([3, 4])
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
