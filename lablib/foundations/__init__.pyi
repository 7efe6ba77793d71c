from lablib.foundations.compute.counting import (
    Cost as Cost,
    Split as Split,
    costs as costs,
    count as count,
    split_text as split_text,
    write as write,
)
from lablib.foundations.compute.threshold import (
    Counts as Counts,
    counts_at as counts_at,
    example_scores as example_scores,
    sweep as sweep,
)
from lablib.foundations.compute.descent import (
    METHODS as METHODS,
    VALLEYS as VALLEYS,
    Descent as Descent,
    NetCurve as NetCurve,
    Valley as Valley,
    descend as descend,
    spirals as spirals,
    train_net as train_net,
)
from lablib.foundations.compute.devices import (
    DEVICES as DEVICES,
    TrainingCost as TrainingCost,
    Device as Device,
    training_bill as training_bill,
)
from lablib.foundations.compute.distillation import (
    Distillation as Distillation,
    DistillationStep as DistillationStep,
    distill as distill,
    small_student as small_student,
    soft_loss as soft_loss,
)
from lablib.foundations.compute.initialisation import (
    ACTIVATIONS as ACTIVATIONS,
    INITS as INITS,
    Signal as Signal,
    signal as signal,
)
from lablib.foundations.compute.known import (
    KNOWN as KNOWN,
    Known as Known,
)
from lablib.foundations.compute.perplexity import (
    TokenSurprisal as TokenSurprisal,
    surprise as surprise,
    token_losses as token_losses,
)
from lablib.foundations.compute.ngrams import (
    SMOOTHINGS as SMOOTHINGS,
    NGrams as NGrams,
    Seen as Seen,
)
from lablib.foundations.compute.overfitting import (
    Examples as Examples,
    Fit as Fit,
    Regularization as Regularization,
    examples as examples,
    fit as fit,
    wave as wave,
)
from lablib.foundations.panel.bleu import (
    bleu_panel as bleu_panel,
)
from lablib.foundations.panel.descent import (
    descent_panel as descent_panel,
)
from lablib.foundations.panel.distillation import (
    distillation_panel as distillation_panel,
)
from lablib.foundations.panel.initialisation import (
    initialisation_panel as initialisation_panel,
)
from lablib.foundations.panel.ngrams import (
    ngram_panel as ngram_panel,
)
from lablib.foundations.panel.overfitting import (
    overfitting_panel as overfitting_panel,
)
from lablib.foundations.panel.perplexity import (
    perplexity_panel as perplexity_panel,
)
from lablib.foundations.panel.scale import (
    scale_panel as scale_panel,
)
from lablib.foundations.panel.shrinking import (
    shrinking_panel as shrinking_panel,
)
from lablib.foundations.panel.threshold import (
    threshold_panel as threshold_panel,
)
from lablib.foundations.compute.shrinking import (
    Copy as Copy,
    half_copy as half_copy,
    int8_copy as int8_copy,
    measure as measure,
    pruned_copy as pruned_copy,
    shrink as shrink,
)
from lablib.foundations.compute.scale import (
    PRECISIONS as PRECISIONS,
    Shape as Shape,
    serving_memory as serving_memory,
    training_flops as training_flops,
    training_memory as training_memory,
)
from lablib.foundations.compute.bleu import (
    Bleu as Bleu,
    bleu as bleu,
)
