"""What a neural model must beat, besides counting words (`foundations.ngrams`): a file packer."""

import lzma


def xz_bits_per_byte(train: str, heldout: str) -> float:
    """Bits per byte `xz -9e` needs for the held-out text once it has packed the training text."""
    preset = 9 | lzma.PRESET_EXTREME
    known, new = train.encode(), heldout.encode()
    grown = len(lzma.compress(known + new, preset=preset)) - len(
        lzma.compress(known, preset=preset)
    )
    return 8 * grown / len(new)
