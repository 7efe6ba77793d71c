"""Masked words: what a BERT sees while it learns."""

from lablib.masking.compute import IGNORED, Corruption, corrupt

__all__ = ["IGNORED", "Corruption", "corrupt"]
