"""The attention room: what every head of a model looks at, and whether it matters.

Names are loaded when they are used, so that `from lablib import attention` costs nothing:

    >>> from lablib import attention as at
    >>> import torch
    >>> q = k = v = torch.eye(2)
    >>> at.steps(q, k, v, causal=True).weights[0]
    tensor([1., 0.])
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "bertviz_frames": "head_view model_view",
        "compute": "AttentionSteps entropy hide steps",
        "projections": "HeadParts LayerVectors head_parts vectors",
        "metrics": (
            "METRICS HeadMetrics change head_metrics head_scores induction_scores top_heads"
        ),
        "ablation": "Ablation Change Sweep ablate divergence striking_but_idle sweep",
        "layers": "Lens logit_lens rollout",
        "positions": "Shuffle learned_positions products_by_distance shuffle sinusoidal",
        "writing": "Written so_far write",
        "mapping": "AttentionMaps EncoderDecoderMaps encoder_decoder_maps maps",
        "repeating": "random_words_twice",
        "text": "Reading read",
    },
)
