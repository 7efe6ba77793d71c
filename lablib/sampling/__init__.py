"""The sampling room: from a model's scores to text.

Names are loaded when they are used, so that `from lablib import sampling` costs nothing:

    >>> from lablib import sampling as sp
    >>> sp.Knobs(temperature=0.7).temperature
    0.7
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "knobs": "STAGES Knobs",
        "compute": (
            "Stage distribution draw entropy stages uniforms"
            " repetition_penalty temperature top_k top_p min_p typical_p"
        ),
        "generation": (
            "Alternative Session Step choose generate generate_rows lockstep next_logits top"
        ),
        "text": "Prompt TextStream prepare",
        ".models.text": "context_length token_text",
        "beams": "BeamNode BeamTree Finished beam_search grow_beams",
        "measures": (
            "Diversity Timing cache_timing distinct_n diversity first_divergence repetition"
        ),
    },
)
