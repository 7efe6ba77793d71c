"""The panels of the tokenization room, one module each."""

__all__: list[str] = []
