from lablib.transformer.compute.ablation import (
    PARTS as PARTS,
    PartAblation as PartAblation,
    ablate as ablate,
)
from lablib.transformer.compute.anatomy import (
    Architecture as Architecture,
)
from lablib.transformer.compute.embeddings import (
    InContext as InContext,
    Neighbours as Neighbours,
    Plane as Plane,
    in_context as in_context,
    neighbours as neighbours,
    plane as plane,
)
from lablib.transformer.compute.forward import (
    forward as forward,
)
from lablib.transformer.compute.norms import (
    GradientSizes as GradientSizes,
    gradient_sizes as gradient_sizes,
)
from lablib.transformer.compute.parts import (
    BlockParts as BlockParts,
    Parts as Parts,
    parts as parts,
)
from lablib.transformer.compute.patching import (
    PATCHED as PATCHED,
    Patching as Patching,
    patch as patch,
)
from lablib.transformer.compute.projections import (
    Projection as Projection,
    projection as projection,
)
from lablib.transformer.compute.residual import (
    Attribution as Attribution,
    Lengths as Lengths,
    Units as Units,
    attribution as attribution,
    lengths as lengths,
    unit_words as unit_words,
    units as units,
)
from lablib.transformer.panel.embeddings import (
    embeddings_panel as embeddings_panel,
)
from lablib.transformer.panel.norms import (
    norms_panel as norms_panel,
)
from lablib.transformer.panel.patching import (
    patching_panel as patching_panel,
)
from lablib.transformer.panel.projections import (
    projections_panel as projections_panel,
)
from lablib.transformer.panel.residual import (
    residual_panel as residual_panel,
)
from lablib.transformer.panel.whole import (
    whole_panel as whole_panel,
)
