"""The tokenization room: from text to tokens and back.

Names are loaded when they are used, so that `from lablib import tokenization` costs nothing:

    >>> from lablib import tokenization as tk
    >>> tk.encode("Hello world", "gpt2").ids
    (15496, 995)
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
