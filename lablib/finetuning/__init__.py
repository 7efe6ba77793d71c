"""The fine-tuning room: a pretrained model learns a text of one's own, while one looks on.

Names are loaded when they are used, so that `from lablib import finetuning` costs nothing:

    >>> from lablib import finetuning as ft
    >>> ft.Config(text="lighthouse", steps=20).batch
    8

Read in this order: `config` (every setting), `texts` (from a file or a name to a text), `tasks`
(what is learned from it), `losses`, `methods` (which weights learn), `guards` (what stops a run),
`checkpoints`, and `engine`, the training loop from top to bottom.
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, __file__)
