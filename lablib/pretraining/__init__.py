"""How the pocket models were made, and how to make them again from a folder of text files.

    python -m lablib.pretraining gpt2 --text BOOKS/train --heldout BOOKS/heldout --out RUN

Read in this order: `recipe` (the settings), `adaptation` (MiniLM, made ready to learn), `corpus`
(text to batches), `objective` (what the loss is), `training` (the loop), `evaluation` and `general`
(how good it is), `curve` (how it got there), `baselines` (what it must beat), `card` (what we say
about it).
"""
