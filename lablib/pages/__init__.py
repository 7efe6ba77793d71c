"""The labs as pages, which need neither kernel nor network: small models compute in them.

Names are loaded when they are used:

    >>> from lablib import pages
    >>> pages.LIMIT
    100
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
