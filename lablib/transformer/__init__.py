"""The transformer room: what happens between a text's ids and the scores of the next token.

Names are loaded when they are used, so that `from lablib import transformer` costs nothing:

    >>> from lablib import models, transformer as tf
    >>> m = models.load("pocket-gpt2", device="cpu")
    >>> tf.parts(m, "The cat sat").blocks[0].attention.shape
    torch.Size([3, 256])
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
