"""The foundations room: what a language model is, how one is trained, measured, and made smaller.

Names are loaded when they are used, so that `from lablib import foundations` costs nothing:

    >>> from lablib import foundations as fo
    >>> fo.SMOOTHINGS
    ('none', 'add-k', 'backoff', 'witten-bell', 'kneser-ney')
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
