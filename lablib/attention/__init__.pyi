from lablib.attention.compute.asking import (
    Change as Change,
)
from lablib.attention.compute.ablation import (
    Ablation as Ablation,
    Sweep as Sweep,
    ablate as ablate,
    divergence as divergence,
    clear_pattern_low_effect_head as clear_pattern_low_effect_head,
    sweep as sweep,
)
from lablib.attention.compute.corpus import (
    MutingCost as MutingCost,
    Scan as Scan,
    muting_cost as muting_cost,
    scan as scan,
)
from lablib.attention.views.bertviz import (
    head_view as head_view,
    model_view as model_view,
)
from lablib.attention.compute.steps import (
    AttentionSteps as AttentionSteps,
    entropy as entropy,
    hide as hide,
    steps as steps,
)
from lablib.attention.compute.layers import (
    Lens as Lens,
    logit_lens as logit_lens,
    rollout as rollout,
)
from lablib.attention.compute.lenses import (
    LENSES as LENSES,
    Lenses as Lenses,
    LensPath as LensPath,
    fit_lenses as fit_lenses,
    lens_path as lens_path,
)
from lablib.attention.compute.heads import (
    AttentionMaps as AttentionMaps,
    EncoderDecoderMaps as EncoderDecoderMaps,
    encoder_decoder_maps as encoder_decoder_maps,
    maps as maps,
)
from lablib.attention.compute.metrics import (
    METRICS as METRICS,
    HeadMetrics as HeadMetrics,
    change as change,
    head_metrics as head_metrics,
    head_scores as head_scores,
    induction_scores as induction_scores,
    top_heads as top_heads,
)
from lablib.attention.panel.ablation import (
    ablation_panel as ablation_panel,
)
from lablib.attention.panel.bertviz import (
    bertviz_panel as bertviz_panel,
)
from lablib.attention.panel.corpus import (
    corpus_panel as corpus_panel,
)
from lablib.attention.panel.heads import (
    heads_panel as heads_panel,
)
from lablib.attention.panel.layers import (
    layers_panel as layers_panel,
)
from lablib.attention.panel.lenses import (
    lenses_panel as lenses_panel,
)
from lablib.attention.panel.multihead import (
    multihead_panel as multihead_panel,
)
from lablib.attention.panel.pairs import (
    pairs_panel as pairs_panel,
)
from lablib.attention.panel.positions import (
    positions_panel as positions_panel,
)
from lablib.attention.panel.steps import (
    steps_panel as steps_panel,
)
from lablib.attention.panel.why import (
    why_panel as why_panel,
)
from lablib.attention.panel.writing import (
    writing_panel as writing_panel,
)
from lablib.attention.compute.plane import (
    HeadPlane as HeadPlane,
    head_plane as head_plane,
)
from lablib.attention.compute.positions import (
    Shuffle as Shuffle,
    learned_positions as learned_positions,
    products_by_distance as products_by_distance,
    shuffle as shuffle,
    sinusoidal as sinusoidal,
)
from lablib.attention.compute.multihead import (
    HeadParts as HeadParts,
    LayerVectors as LayerVectors,
    head_parts as head_parts,
    vectors as vectors,
)
from lablib.attention.compute.recordings import (
    recorded as recorded,
    recorded_prompts as recorded_prompts,
)
from lablib.attention.compute.repeating import (
    random_words_twice as random_words_twice,
)
from lablib.attention.compute.text import (
    Reading as Reading,
    read as read,
)
from lablib.attention.compute.why import (
    Why as Why,
    why as why,
)
from lablib.attention.compute.writing import (
    Written as Written,
    so_far as so_far,
    write as write,
)
from lablib.sampling.compute.attribution import (
    WAYS as WAYS,
)
