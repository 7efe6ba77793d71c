"""Models whose forward cannot go on from where it was are read in another way, and rightly."""

import inspect
import threading
from functools import cache
from types import SimpleNamespace

import pytest
import torch
import transformers as tf

from lablib import sampling as sp
from lablib.sampling.compute.reading import Reader, Way, way_of

from .conftest import byte_tokenizer

GREEDY = sp.Knobs(temperature=0)
COMMON = {"vocab_size": 257, "initializer_range": 0.4, "bos_token_id": 256, "eos_token_id": 256}
PLAIN = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
}
MAMBA = {
    "mamba_n_heads": 8,
    "mamba_d_head": 8,
    "mamba_n_groups": 1,
    "mamba_d_state": 8,
    "mamba_chunk_size": 4,
}
GATED = {
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
    "layer_types": ["linear_attention", "full_attention"],
}

FAMILIES = {
    "Llama": tf.LlamaConfig(**COMMON, **PLAIN, pad_token_id=0),
    "GPT-NeoX": tf.GPTNeoXConfig(**COMMON, **PLAIN),
    "BLOOM": tf.BloomConfig(**COMMON, hidden_size=32, n_layer=2, n_head=4),
    "OPT": tf.OPTConfig(**COMMON, **PLAIN, ffn_dim=48, word_embed_proj_dim=32),
    "Gemma 3": tf.Gemma3TextConfig(
        **COMMON,
        **PLAIN,
        num_key_value_heads=2,
        head_dim=8,
        sliding_window=4,
        layer_types=["sliding_attention", "full_attention"],
    ),
    "a RoBERTa that writes": tf.RobertaConfig(
        **COMMON, **(PLAIN | {"max_position_embeddings": 66}), is_decoder=True, pad_token_id=1
    ),
    "GPT-1": tf.OpenAIGPTConfig(**COMMON, n_positions=64, n_embd=32, n_layer=2, n_head=4),
    "Mamba": tf.MambaConfig(**COMMON, hidden_size=32, num_hidden_layers=2, state_size=8),
    "Mamba 2": tf.Mamba2Config(
        **COMMON, hidden_size=32, num_hidden_layers=2, num_heads=8, head_dim=8, state_size=8,
        n_groups=2, chunk_size=4,
    ),
    "Falcon Mamba": tf.FalconMambaConfig(
        **COMMON, hidden_size=32, num_hidden_layers=2, state_size=8
    ),
    "RWKV": tf.RwkvConfig(**COMMON, hidden_size=32, num_hidden_layers=2, attention_hidden_size=32),
    "Bamba": tf.BambaConfig(
        **COMMON, **PLAIN, **MAMBA, num_key_value_heads=2, attn_layer_indices=[1]
    ),
    "RecurrentGemma": tf.RecurrentGemmaConfig(
        **COMMON, **(PLAIN | {"num_hidden_layers": 3}), lru_width=32, attention_window_size=8,
        block_types=["recurrent", "recurrent", "attention"],
    ),
    "Jamba": tf.JambaConfig(
        **COMMON, **PLAIN, num_key_value_heads=2, num_experts=2, use_mamba_kernels=False,
        mamba_d_state=8, mamba_dt_rank=4, attn_layer_period=2, attn_layer_offset=1,
    ),
    "Zamba 2": tf.Zamba2Config(
        **COMMON, **(PLAIN | {"num_hidden_layers": 4}), mamba_d_state=8, n_mamba_heads=8,
        mamba_ngroups=1, mamba_headdim=8, chunk_size=4, num_mem_blocks=1, adapter_rank=4,
        attention_head_dim=16, attention_hidden_size=64, use_mem_eff_path=False,
        layers_block_type=["mamba", "mamba", "hybrid", "hybrid"], hybrid_layer_ids=[2, 3],
    ),
    "Qwen3-Next": tf.Qwen3NextConfig(
        **COMMON, **PLAIN, **GATED, num_key_value_heads=2, head_dim=8, num_experts=4,
        num_experts_per_tok=2, moe_intermediate_size=16, shared_expert_intermediate_size=16,
    ),
    "XLNet": tf.XLNetConfig(**COMMON, d_model=32, n_layer=2, n_head=4, d_inner=48),
}  # fmt: skip
WAYS = {
    "Llama": Way.TOLD,
    "BLOOM": Way.CACHED,
    "a RoBERTa that writes": Way.AGAIN,
    "GPT-1": Way.AGAIN,
    "Mamba": Way.CACHED,
    "RWKV": Way.AGAIN,
    "Bamba": Way.TOLD,
    "RecurrentGemma": Way.AGAIN,
    "XLNet": Way.AGAIN,
}


@cache
def opened_family(family):
    """A tiny random model of a family, made once."""
    torch.manual_seed(0)
    model = tf.AutoModelForCausalLM.from_config(FAMILIES[family]).float().eval()
    return SimpleNamespace(model=model, tokenizer=byte_tokenizer(), device=model.device)


@pytest.fixture
def opened():
    return opened_family


@torch.inference_mode()
def whole(m, ids):
    """What the stock model says after a text that it reads anew, [vocab]."""
    tokens = torch.tensor([list(ids)])
    if isinstance(m.model, tf.XLNetLMHeadModel):  # its forward alone guesses nothing
        options = {"return_dict_in_generate": True, "output_logits": True, "use_cache": False}
        return m.model.generate(tokens, max_new_tokens=1, do_sample=False, **options).logits[0][0]
    cacheless = "use_cache" in inspect.signature(m.model.forward).parameters
    return m.model(tokens, **({"use_cache": False} if cacheless else {})).logits[0, -1]


def greedy(m, prompt, n):
    ids = list(sp.prepare(m, prompt).ids)
    for _ in range(n):
        ids.append(int(whole(m, ids).argmax()))
    return ids[-n:]


def check(got, m, ids):
    torch.testing.assert_close(got, whole(m, ids), atol=2e-3, rtol=2e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_it_writes_what_the_stock_model_would(opened, family):
    m = opened(family)
    steps = list(sp.generate(m, "Once", GREEDY, max_new_tokens=8))
    assert [step.id for step in steps] == greedy(m, "Once", len(steps))
    assert len(steps) == 8 or steps[-1].id == 256
    for step in steps:
        check(step.logits, m, step.previous)


@pytest.mark.parametrize("family", FAMILIES)
def test_rows_beams_branches_and_sessions_are_right_too(opened, family):
    m = opened(family)
    rows = [(sp.Knobs(temperature=2.0), seed) for seed in range(3)]
    for steps in sp.generate_rows(m, "Tell", rows, 5):
        for step in filter(None, steps):
            check(step.logits, m, step.previous)
    tree = sp.beam_search(m, "Tell", beams=3, steps=3)
    prompt = list(sp.prepare(m, "Tell").ids)
    for place, node in enumerate(tree.steps[2]):
        *before, last = [prompt_node.id for prompt_node in tree.path(2, place)]
        expected = whole(m, prompt + before).log_softmax(0)[last]
        assert node.log_probability == pytest.approx(float(expected), abs=2e-3)
    first, second = sp.Session(m), sp.Session(m)
    texts = ([1, 2, 3, 4, 5], [9, 8, 7], [1, 2, 3, 6], [1, 2, 3, 6, 7], [9, 8, 7, 5], [4])
    for number, ids in enumerate(texts):
        check((first, second)[number % 2].next_logits(ids), m, ids)
        check(first.next_logits([*ids, 11]), m, [*ids, 11])


@pytest.mark.parametrize("family", ["RecurrentGemma", "GPT-1", "Mamba"])
def test_two_threads_do_not_disturb_each_other(opened, family):
    m = opened(family)
    expected = {text: greedy(m, text, 6) for text in ("Once", "Tell me")}
    found = {text: [] for text in expected}

    def write(text):
        for _ in range(5):
            steps = sp.generate(m, text, GREEDY, max_new_tokens=6)
            found[text].append([step.id for step in steps])

    threads = [threading.Thread(target=write, args=(text,)) for text in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for text, ids in expected.items():
        assert [row == ids[: len(row)] for row in found[text]] == [True] * 5


@pytest.mark.parametrize("family", WAYS)
def test_the_fastest_right_way_is_taken(opened, family):
    assert way_of(opened(family).model) is WAYS[family]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("family", WAYS)
def test_no_wrong_way_is_taken_in_16_bits_either(family, dtype):
    """There the scores of a right way differ by a percent, and those of a wrong one by more."""
    torch.manual_seed(1)
    model = tf.AutoModelForCausalLM.from_config(FAMILIES[family]).to(dtype).eval()
    if family == "XLNet":  # transformers' own forward mixes 16 and 32 bits
        with pytest.raises(ValueError, match=f"numbers of the type {dtype}.*device='cpu'"):
            way_of(model)
    else:
        assert [*Way].index(way_of(model)) >= [*Way].index(WAYS[family])


def test_the_way_is_found_once_for_each_open_model(opened, monkeypatch):
    model = opened("Llama").model
    Reader(model)
    calls = []
    monkeypatch.setattr(model, "forward", lambda *args, **kwargs: calls.append(args))
    assert Reader(model).way is Way.TOLD and calls == []


def test_plain_gpt2_needs_no_trying(tiny, monkeypatch):
    model = tiny(0).model
    calls = []
    model.register_forward_hook(lambda *args: calls.append(args))
    monkeypatch.setattr("lablib.sampling.compute.reading.is_plain_gpt2", lambda _: True)
    assert Reader(model).way.cached and calls == []


def test_a_cache_that_is_not_there_is_not_measured(opened):
    with pytest.raises(ValueError, match="OpenAIGPTLMHeadModel remembers no keys and values"):
        list(sp.cache_timing(opened("GPT-1"), "Once", [4]))


def test_a_model_that_says_something_else_each_time_is_refused(tiny):
    model = tiny(0).model

    def roll(module, args, output):
        output.logits = output.logits + torch.randn(output.logits.shape, generator=noise)

    noise = torch.Generator().manual_seed(0)
    model.register_forward_hook(roll)
    with pytest.raises(ValueError, match="gives other scores each time"):
        Reader(model)
