"""A tiny random GPT-2 in a folder, for whatever opens a model by its name."""

from tests.sampling.conftest import byte_tokenizer


def save_tiny(tiny, folder, seed=0, **settings):
    """Save a tiny model with its tokenizer; the folder as a text."""
    m = tiny(seed, **settings)
    m.model.save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return str(folder)
