"""How the pocket models were made, and how to make them again from a folder of text files.

    python -m lablib.pretraining gpt2 --text BOOKS/train --heldout BOOKS/heldout --out RUN

Read in this order: `recipe` (the settings), `corpus` (text to batches), `objective` (what the loss
is), `training` (the loop), `evaluation` (how good it is), `baselines` (what it must beat), `card`
(what we say about it).
"""
