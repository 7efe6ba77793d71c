"""Language Model Labs: rooms in which a person handles a language model.

Each room (`sampling`, …) holds `compute` (tensors in, results out), `figures` (results in, pictures
out) and `panel` (the controls). `models` opens a model, `widgets` keeps a panel live, `exercises`
asks and checks, `pretraining` made the pocket models.

Importing this package imports nothing else: a room is loaded when it is named.
"""

__version__ = "0.1.0"
