from lablib.seq2seq.compute.forcing import (
    Forcing as Forcing,
    Slip as Slip,
    slip as slip,
    teacher_forcing as teacher_forcing,
)
from lablib.seq2seq.compute.learning import (
    heldout_of as heldout_of,
    twice as twice,
)
from lablib.seq2seq.compute.lookahead import (
    Lookahead as Lookahead,
    learn_with_and_without_mask as learn_with_and_without_mask,
)
from lablib.seq2seq.compute.muting import (
    Muting as Muting,
    mute as mute,
    muted as muted,
)
from lablib.seq2seq.compute.scoring import (
    Scored as Scored,
    ScoredPair as ScoredPair,
    heldout_pairs as heldout_pairs,
    score as score,
)
from lablib.seq2seq.compute.tasks import (
    ARCHITECTURES as ARCHITECTURES,
    Architecture as Architecture,
    by_prefix as by_prefix,
    prefixes as prefixes,
)
from lablib.seq2seq.compute.translation import (
    TargetStep as TargetStep,
    Translation as Translation,
    maps as maps,
    translate as translate,
)
from lablib.seq2seq.panel.forcing import (
    forcing_panel as forcing_panel,
)
from lablib.seq2seq.panel.learning import (
    learn_panel as learn_panel,
)
from lablib.seq2seq.panel.lookahead import (
    mask_panel as mask_panel,
)
from lablib.seq2seq.panel.muting import (
    heads_panel as heads_panel,
)
from lablib.seq2seq.panel.scoring import (
    score_panel as score_panel,
)
from lablib.seq2seq.panel.tasks import (
    tasks_panel as tasks_panel,
)
from lablib.seq2seq.panel.translation import (
    translate_panel as translate_panel,
)
