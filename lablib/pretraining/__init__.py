"""How the pocket models were made, and how to make them again from a folder of text files.

    python -m lablib.pretraining gpt2 --text BOOKS/train --heldout BOOKS/heldout --out RUN

The settings, the text, the loss and the optimizers are those of `lablib.training` (`recipe`,
`adaptation`, `corpus`, `pairs`, `objective`, `optimizers`); this package is the command, and
nothing imports it. Read in this order: `training` (the loop), `evaluation`, `general`, `rewriting`
and `alignment` (how good it is, and what it must beat), `curve` (how it got there), `card` (what we
say about it).
"""
