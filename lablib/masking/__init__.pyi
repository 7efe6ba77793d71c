from lablib.masking.compute.bias import (
    Probe as Probe,
    probe as probe,
)
from lablib.masking.compute.causal import (
    LeftFill as LeftFill,
    fill_from_left as fill_from_left,
)
from lablib.masking.compute.evidence import (
    Evidence as Evidence,
    attention_from_mask as attention_from_mask,
    evidence as evidence,
)
from lablib.masking.compute.curves import (
    Curve as Curve,
    learning_curves as learning_curves,
)
from lablib.masking.compute.fill import (
    Fill as Fill,
    Guess as Guess,
    WordScore as WordScore,
    fill as fill,
    score_word as score_word,
)
from lablib.masking.compute.joint import (
    ORDERS as ORDERS,
    Filling as Filling,
    JointFill as JointFill,
    compare_orders as compare_orders,
    fill_in_order as fill_in_order,
    fill_joint as fill_joint,
)
from lablib.masking.compute.learning import (
    BatchLoss as BatchLoss,
    MaskedExample as MaskedExample,
    PairLoss as PairLoss,
    exercise as exercise,
    next_sentence as next_sentence,
    pretraining_loss as pretraining_loss,
    weighted_loss as weighted_loss,
)
from lablib.masking.compute.sentences import (
    Comparison as Comparison,
    PseudoLogLikelihood as PseudoLogLikelihood,
    WordPair as WordPair,
    compare_sentences as compare_sentences,
    pseudo_log_likelihood as pseudo_log_likelihood,
)
from lablib.masking.panel.bias import (
    bias_panel as bias_panel,
)
from lablib.masking.panel.causal import (
    causal_panel as causal_panel,
)
from lablib.masking.panel.curves import (
    curves_panel as curves_panel,
)
from lablib.masking.panel.evidence import (
    evidence_panel as evidence_panel,
)
from lablib.masking.panel.fill import (
    fill_panel as fill_panel,
)
from lablib.masking.panel.joint import (
    joint_panel as joint_panel,
)
from lablib.masking.panel.learning import (
    learning_panel as learning_panel,
)
from lablib.masking.panel.pair import (
    side_by_side as side_by_side,
)
from lablib.masking.panel.pretraining import (
    pretraining_panel as pretraining_panel,
)
from lablib.masking.panel.sentences import (
    sentence_panel as sentence_panel,
)
from lablib.masking.panel.training import (
    training_panel as training_panel,
)
from lablib.masking.compute.reading import (
    MaskedQuery as MaskedQuery,
    log_probabilities as log_probabilities,
    logits_at as logits_at,
)
from lablib.masking.compute.text import (
    MASK as MASK,
    MaskedText as MaskedText,
    Word as Word,
    hidden_words as hidden_words,
    hide as hide,
    prepare as prepare,
    put as put,
)
from lablib.masking.compute.training import (
    TrainingStep as TrainingStep,
    learn as learn,
)
from lablib.models.heads import (
    word_scores as word_scores,
)
from lablib.training.corruption import (
    IGNORE_INDEX as IGNORE_INDEX,
    Corruption as Corruption,
    corrupt as corrupt,
)
