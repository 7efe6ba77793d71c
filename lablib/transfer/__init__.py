"""The transfer room: what was learned from much text, put to work on a few labelled ones.

Names are loaded when they are used, so that `from lablib import transfer` costs nothing:

    >>> from lablib import transfer as tr
    >>> tr.read_labelled("topic").names
    ('cooking', 'money', 'music', 'science', 'sport')
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
