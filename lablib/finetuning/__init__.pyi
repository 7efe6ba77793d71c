from lablib.finetuning.compute.batches import (
    MISTAKES as MISTAKES,
    ROLES as ROLES,
    SeenBatch as SeenBatch,
    batch_losses as batch_losses,
    annotate_batch as annotate_batch,
    inject_mistake as inject_mistake,
)
from lablib.finetuning.compute.comparison import (
    Continuation as Continuation,
    TextMeasure as TextMeasure,
    continue_prompts as continue_prompts,
    general_text as general_text,
    measure_text as measure_text,
    open_result as open_result,
)
from lablib.finetuning.compute.estimate import (
    Memory as Memory,
    memory_parts as memory_parts,
    seconds_for as seconds_for,
)
from lablib.finetuning.exercises.harms import (
    harm as harm,
)
from lablib.finetuning.compute.harms import (
    BugEffect as BugEffect,
)
from lablib.finetuning.compute.from_nothing import (
    WritingStep as WritingStep,
    learn_from_nothing as learn_from_nothing,
    sample_steps as sample_steps,
)
from lablib.finetuning.compute.ladder import (
    Optimizations as Optimizations,
    Measurement as Measurement,
    Stage as Stage,
    benchmark_stages as benchmark_stages,
    stages as stages,
)
from lablib.finetuning.compute.over_time import (
    OverTime as OverTime,
    over_time as over_time,
)
from lablib.finetuning.compute.sharing import (
    merge as merge,
    push_to_hub as push_to_hub,
)
from lablib.finetuning.panel.batches import (
    batch_panel as batch_panel,
)
from lablib.finetuning.panel.comparison import (
    comparison_panel as comparison_panel,
)
from lablib.finetuning.panel.from_nothing import (
    from_nothing_panel as from_nothing_panel,
)
from lablib.finetuning.panel.harms import (
    harm_panel as harm_panel,
)
from lablib.finetuning.panel.ladder import (
    ladder_panel as ladder_panel,
)
from lablib.finetuning.panel.over_time import (
    over_time_panel as over_time_panel,
)
from lablib.finetuning.panel.runs import (
    runs_panel as runs_panel,
)
from lablib.finetuning.panel.same_head import (
    same_head_panel as same_head_panel,
)
from lablib.finetuning.panel.search import (
    range_panel as range_panel,
    search_panel as search_panel,
)
from lablib.finetuning.panel.token_losses import (
    loss_panel as loss_panel,
)
from lablib.finetuning.panel.training import (
    training_panel as training_panel,
)
from lablib.finetuning.panel.transfer import (
    transfer_panel as transfer_panel,
)
from lablib.finetuning.compute.token_losses import (
    LossChange as LossChange,
    TokenLosses as TokenLosses,
    loss_change as loss_change,
    token_losses as token_losses,
)
from lablib.finetuning.compute.same_head import (
    HeadChange as HeadChange,
    head_change as head_change,
)
from lablib.finetuning.compute.search import (
    RangeTest as RangeTest,
    best_trial as best_trial,
    range_test as range_test,
    search_settings as search_settings,
)
from lablib.finetuning.compute.trials import (
    Range as Range,
    Trial as Trial,
    shared_trials as shared_trials,
)
from lablib.finetuning.compute.transfer import (
    TransferPoint as TransferPoint,
    transfer_points as transfer_points,
)
from lablib.training.checkpoints import (
    latest as latest,
    save as save,
)
from lablib.training.config import (
    PRESETS as PRESETS,
    Config as Config,
    check as check,
    read_config as read_config,
    write_config as write_config,
)
from lablib.training.engine import (
    fit as fit,
    setup as setup,
    validate as validate,
)
from lablib.training.flops import (
    flops_per_token as flops_per_token,
    mfu as mfu,
    peak_flops as peak_flops,
)
from lablib.training.guards import (
    NonFinite as NonFinite,
    OutOfMemory as OutOfMemory,
)
from lablib.training.losses import (
    cross_entropy as cross_entropy,
)
from lablib.training.methods import (
    METHODS as METHODS,
    prepare as prepare,
)
from lablib.training.records import (
    Evaluation as Evaluation,
    Record as Record,
)
from lablib.training.run import (
    Run as Run,
    RunInfo as RunInfo,
    runs as runs,
)
from lablib.training.state import (
    State as State,
)
from lablib.training.tasks import (
    Causal as Causal,
    Classification as Classification,
    Masked as Masked,
    Sequence as Sequence,
    Task as Task,
    make_task as make_task,
)
from lablib.training.texts import (
    read_text as read_text,
    split as split,
)
