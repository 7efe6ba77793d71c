from lablib.transfer.compute.classifier import (
    Classifier as Classifier,
    Prediction as Prediction,
    load_classifier as load_classifier,
    predict as predict,
)
from lablib.transfer.compute.growth import (
    METHODS as METHODS,
    SIZES as SIZES,
    LearningCurvePoint as LearningCurvePoint,
    Point as Point,
    growth as growth,
    measure_transfer as measure_transfer,
)
from lablib.transfer.compute.data import (
    Examples as Examples,
    LabelledSet as LabelledSet,
    read_labelled as read_labelled,
)
from lablib.transfer.compute.naive_bayes import (
    NaiveBayes as NaiveBayes,
    count_words as count_words,
)
from lablib.transfer.compute.judge import (
    WAYS as WAYS,
    Attribution as Attribution,
    pushes as pushes,
)
from lablib.transfer.compute.entities import (
    TAGGING as TAGGING,
    EntityScores as EntityScores,
    Tagged as Tagged,
    Tagger as Tagger,
    TaggingStep as TaggingStep,
    entities_of as entities_of,
    label_pieces as label_pieces,
    learn_entities as learn_entities,
    score_entities as score_entities,
    tags as tags,
)
from lablib.transfer.compute.gate import (
    CLASSIFIERS as CLASSIFIERS,
    Judged as Judged,
    judge_all as judge_all,
    wrongly as wrongly,
)
from lablib.transfer.compute.filtering import (
    TRAINING_SETS as TRAINING_SETS,
    FILTERING as FILTERING,
    Outcome as Outcome,
    training_sets as training_sets,
    learn_filtered as learn_filtered,
)
from lablib.transfer.compute.contamination import (
    Overlap as Overlap,
    leaked as leaked,
    overlaps as overlaps,
)
from lablib.transfer.panel.contamination import (
    contamination_panel as contamination_panel,
)
from lablib.transfer.panel.entities import (
    entity_panel as entity_panel,
)
from lablib.transfer.panel.data import (
    data_panel as data_panel,
)
from lablib.transfer.panel.filtering import (
    filtering_panel as filtering_panel,
)
from lablib.transfer.panel.gate import (
    gate_panel as gate_panel,
)
from lablib.transfer.panel.growth import (
    growth_panel as growth_panel,
)
from lablib.transfer.panel.judge import (
    judge_panel as judge_panel,
)
from lablib.transfer.panel.mistakes import (
    mistakes_panel as mistakes_panel,
)
from lablib.transfer.panel.training import (
    training_panel as training_panel,
)
from lablib.transfer.compute.scoring import (
    ClassScore as ClassScore,
    Scores as Scores,
    score as score,
    worst as worst,
)
from lablib.transfer.compute.training import (
    RECIPES as RECIPES,
    Training as Training,
    fine_tune as fine_tune,
    recipe as recipe,
)
