from lablib.models.text import (
    context_length as context_length,
    token_text as token_text,
)
from lablib.sampling.compute.beams import (
    BeamNode as BeamNode,
    BeamTree as BeamTree,
    Finished as Finished,
    beam_search as beam_search,
    grow_beams as grow_beams,
)
from lablib.sampling.compute.block_list import (
    BlockList as BlockList,
    Passed as Passed,
    block_list as block_list,
    got_past as got_past,
    innocent_tokens as innocent_tokens,
)
from lablib.sampling.compute.chat import (
    Chat as Chat,
    chat as chat,
    next_in_chat as next_in_chat,
    read_messages as read_messages,
)
from lablib.sampling.compute.constraint import (
    Guide as Guide,
    choice_pattern as choice_pattern,
    json_fields as json_fields,
    json_pattern as json_pattern,
)
from lablib.sampling.compute.contrastive import (
    Candidate as Candidate,
    ContrastiveStep as ContrastiveStep,
    contrastive_search as contrastive_search,
)
from lablib.sampling.compute.distribution import (
    Stage as Stage,
    distribution as distribution,
    draw as draw,
    entropy as entropy,
    min_p as min_p,
    repetition_penalty as repetition_penalty,
    stages as stages,
    temperature as temperature,
    top_k as top_k,
    top_p as top_p,
    typical_p as typical_p,
    uniforms as uniforms,
)
from lablib.sampling.compute.generation import (
    Alternative as Alternative,
    Session as Session,
    Step as Step,
    choose as choose,
    generate as generate,
    generate_rows as generate_rows,
    lockstep as lockstep,
    next_logits as next_logits,
    top as top,
)
from lablib.sampling.compute.knobs import (
    ALL_STAGES as ALL_STAGES,
    STAGES as STAGES,
    Knobs as Knobs,
)
from lablib.sampling.compute.mirostat import (
    Mirostat as Mirostat,
)
from lablib.sampling.compute.measures import (
    Diversity as Diversity,
    Timing as Timing,
    cache_timing as cache_timing,
    distinct_n as distinct_n,
    diversity as diversity,
    first_divergence as first_divergence,
    repetition as repetition,
)
from lablib.sampling.panel.block_list import (
    block_list_panel as block_list_panel,
)
from lablib.sampling.panel.beams import (
    beam_panel as beam_panel,
)
from lablib.sampling.panel.cache import (
    cache_panel as cache_panel,
)
from lablib.sampling.panel.chat import (
    chat_panel as chat_panel,
)
from lablib.sampling.panel.comparison import (
    comparison_panel as comparison_panel,
)
from lablib.sampling.panel.constraint import (
    constraint_panel as constraint_panel,
)
from lablib.sampling.panel.contrastive import (
    contrastive_panel as contrastive_panel,
)
from lablib.sampling.panel.generation import (
    generation_panel as generation_panel,
)
from lablib.sampling.panel.knobs import (
    knob_panel as knob_panel,
)
from lablib.sampling.compute.text import (
    Prompt as Prompt,
    TextStream as TextStream,
    prepare as prepare,
)
