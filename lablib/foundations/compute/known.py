"""Models that everybody has heard of: how large, and on how much text, with where it is written."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A model.

    Attributes:
        name, year: what it is called, and when it came out.
        parameters: how many.
        tokens: read in training, texts read twice counted twice; None where that was not published.
        source: where these figures stand.
    """

    name: str
    year: int
    parameters: float
    tokens: float | None
    source: str


KNOWN = (
    Known("pocket-gpt2", 2026, 5.9e6, 1.39e7, "its model card, in this package"),
    Known("BERT base", 2018, 1.1e8, 1.3e11,
          "Devlin et al. 2018: about 40 epochs over 3.3 billion words"),
    Known("BERT large", 2018, 3.4e8, 1.3e11,
          "Devlin et al. 2018: about 40 epochs over 3.3 billion words"),
    Known("GPT-2 small", 2019, 124_439_808, None, "the published weights"),
    Known("GPT-2 medium", 2019, 354_823_168, None, "the published weights"),
    Known("GPT-2 large", 2019, 774_030_080, None, "the published weights"),
    Known("GPT-2 XL", 2019, 1_557_611_200, None, "the published weights"),
    Known("GPT-3", 2020, 1.75e11, 3e11, "Brown et al. 2020, table 2.1"),
    Known("Gopher", 2021, 2.8e11, 3e11, "Rae et al. 2021"),
    Known("Chinchilla", 2022, 7e10, 1.4e12, "Hoffmann et al. 2022"),
    Known("PaLM", 2022, 5.4e11, 7.8e11, "Chowdhery et al. 2022"),
    Known("LLaMA 7B", 2023, 6.7e9, 1e12, "Touvron et al. 2023, table 2"),
    Known("LLaMA 65B", 2023, 6.52e10, 1.4e12, "Touvron et al. 2023, table 2"),
    Known("Llama 2 70B", 2023, 7e10, 2e12, "Touvron et al. 2023, “Llama 2”, table 1"),
    Known("Llama 3.1 405B", 2024, 4.05e11, 1.56e13, "Grattafiori et al. 2024"),
)  # fmt: skip

BEST_RATIO = 20
"""Tokens for each parameter at which a given amount of computation is spent best, about, by
Hoffmann et al. 2022 (Chinchilla).
"""
