"""The engine under the rooms: models learn a text, hidden words, a label or another text.

Rooms import from here, and nothing here imports a room.

Read in this order: `config` (every setting), `texts` (from a file or a name to a text), `tasks`
(what is learned from it), `corruption` (which tokens are hidden), `losses`, `methods` (which
weights learn), `devices` and `flops` (where, and how fast), `prepared` (rows made once), `state`
(all of a run in one place), `guards` (what stops a run), `checkpoints`, `engine`, the training loop
from top to bottom, and `run`, a training beside the notebook that is watched and steered through
its folder (`folders`).

A model that begins with nothing learns by other parts: `recipe` (every setting, and new models),
`corpus` (texts to a tokenizer and to batches), `made_up` and `pairs` (the same for pairs of texts),
`objective` (the losses), `optimizers` and `adaptation` (an encoder that learns to fill in words).
"""
