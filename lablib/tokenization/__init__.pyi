from lablib.tokenization.compute.comparison import (
    Comparison as Comparison,
    Difference as Difference,
    Row as Row,
    compare as compare,
    decode as decode,
    differences as differences,
    unknown as unknown,
)
from lablib.tokenization.compute.tokens import (
    Encoding as Encoding,
    Token as Token,
    byte_offsets as byte_offsets,
    encode as encode,
)
from lablib.tokenization.compute.corners import (
    CORNERS as CORNERS,
    EdgeCase as EdgeCase,
    Reading as Reading,
    corner as corner,
)
from lablib.tokenization.compute.sizes import (
    VocabularyCurve as VocabularyCurve,
    growth as growth,
)
from lablib.tokenization.compute.languages import (
    Cost as Cost,
    Costs as Costs,
    language_costs as language_costs,
    parallel_sentences as parallel_sentences,
    read_parallel as read_parallel,
)
from lablib.tokenization.compute.levels import (
    Ladder as Ladder,
    TextUnit as TextUnit,
    code_point_name as code_point_name,
    ladder as ladder,
    sharing as sharing,
)
from lablib.tokenization.views.merges import (
    MergeView as MergeView,
)
from lablib.tokenization.compute.named import (
    TokenizerCard as TokenizerCard,
    as_tokenizer as as_tokenizer,
    menu as menu,
)
from lablib.tokenization.panel.comparison import (
    compare_panel as compare_panel,
)
from lablib.tokenization.panel.corners import (
    corner_panel as corner_panel,
)
from lablib.tokenization.panel.languages import (
    language_panel as language_panel,
)
from lablib.tokenization.panel.tokens import (
    token_panel as token_panel,
)
from lablib.tokenization.panel.training import (
    training_panel as training_panel,
)
from lablib.tokenization.panel.vocabulary import (
    vocabulary_panel as vocabulary_panel,
)
from lablib.tokenization.panel.word import (
    word_panel as word_panel,
)
from lablib.tokenization.compute.pipeline import (
    Pretoken as Pretoken,
    backend as backend,
    pretokens as pretokens,
)
from lablib.tokenization.compute.word import (
    Arrival as Arrival,
    Arrivals as Arrivals,
    Candidate as Candidate,
    Match as Match,
    Merge as Merge,
    Part as Part,
    WordSteps as WordSteps,
    bpe_steps as bpe_steps,
    kind_of as kind_of,
    unigram_steps as unigram_steps,
    word_steps as word_steps,
    wordpiece_steps as wordpiece_steps,
)
from lablib.tokenization.compute.training import (
    Trained as Trained,
    held_out as held_out,
    train as train,
    train_bpe as train_bpe,
    train_unigram as train_unigram,
    train_wordpiece as train_wordpiece,
)
from lablib.tokenization.compute.vocabulary import (
    ORDERS as ORDERS,
    Query as Query,
    entries_of as entries_of,
    scripts as scripts,
    search as search,
    unused as unused,
    used as used,
)
