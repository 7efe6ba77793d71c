"""The attention room: what every head of a model looks at, and whether it matters.

Names are loaded when they are used, so that `from lablib import attention` costs nothing:

    >>> from lablib import attention as at
    >>> import torch
    >>> q = k = v = torch.eye(2)
    >>> at.steps(q, k, v, causal=True).weights[0]
    tensor([1., 0.])
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
