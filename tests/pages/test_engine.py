"""The engine of the pages computes what the library computes, with every model that ships."""

import copy
import math

import numpy as np
import pytest
import torch

SCORES, WEIGHTS = 1e-3, 1e-4
"""How far the engine may be from torch: scores (logits), and attention weights."""

READ = """
((model, ids) => {
    const reading = model.start(a[2]);
    model.read(reading, ids);
    return {
        scores: ids.map((_, place) => model.scores(reading, place)), maps: reading.maps(),
        lens: () => ids.map((_, place) => model.scores(reading, place, 1)),
        vectors: () => Array.from({ length: model.shape.layers + 1 }, (_, i) => reading.vectors(i)),
    };
})(models[a[0]], a[1])
"""


def scores_of(output):
    return output["logits"] if "logits" in output else output["prediction_logits"]


@torch.inference_mode()
def read(model, ids):
    return model(
        torch.tensor([ids]), output_attentions=True, output_hidden_states=True, return_dict=True
    )


def stacked(arrays):
    return torch.from_numpy(np.stack(arrays))


def near(ours, theirs, tolerance):
    torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)


def test_scores_and_attention_are_the_librarys(engine, pocket, rows, few):
    for ids in rows(few(200)):
        ours, theirs = engine(READ, pocket.card.name, ids, []), read(pocket.model, ids)
        near(stacked(ours["scores"]), scores_of(theirs)[0], SCORES)
        maps = torch.stack(theirs["attentions"])[:, 0]
        near(torch.from_numpy(ours["maps"].reshape(maps.shape).copy()), maps, WEIGHTS)


def test_vectors_after_each_layer_are_the_librarys(engine, pocket, rows):
    """But for GPT-2's last, on which the library has put the last norm already."""
    for ids in rows(4):
        ours = engine(f"{READ}.vectors()", pocket.card.name, ids, [])
        theirs = read(pocket.model, ids)["hidden_states"]
        assert len(ours) == len(theirs)
        for own, other in list(zip(ours, theirs, strict=True))[:-1]:
            near(torch.from_numpy(own.reshape(other[0].shape).copy()), other[0], SCORES)


@torch.inference_mode()
def test_the_lens_is_the_models_own_head_on_an_early_layer(engine, pocket, rows):
    model = pocket.model
    for ids in rows(4):
        early = read(model, ids)["hidden_states"][1]
        if pocket.card.name == "pocket-gpt2":
            expected = model.lm_head(model.transformer.ln_f(early))
        else:
            expected = model.cls.predictions(early)
        lens = engine(f"{READ}.lens()", pocket.card.name, ids, [])
        near(stacked(lens), expected[0], SCORES)


def muted_copy(model, heads):
    """A copy whose heads reach nobody: what takes them up has zeros for them."""
    result = copy.deepcopy(model)
    with torch.no_grad():
        for layer, head in heads:
            if hasattr(result, "transformer"):
                attention = result.transformer.h[layer].attn
                part = slice(head * attention.head_dim, (head + 1) * attention.head_dim)
                attention.c_proj.weight[part] = 0
            else:
                attention = result.bert.encoder.layer[layer].attention
                size = attention.self.attention_head_size
                attention.output.dense.weight[:, head * size : (head + 1) * size] = 0
    return result


def test_muted_heads_say_nothing_and_still_look(engine, pocket, rows):
    heads = [(0, 1), (2, 3), (2, 0)]
    silent = muted_copy(pocket.model, heads)
    for ids in rows(4):
        ours, theirs = engine(READ, pocket.card.name, ids, heads), read(silent, ids)
        near(stacked(ours["scores"]), scores_of(theirs)[0], SCORES)
        assert not np.allclose(ours["scores"], engine(READ, pocket.card.name, ids, [])["scores"])
        maps = torch.stack(theirs["attentions"])[:, 0]
        near(torch.from_numpy(ours["maps"].reshape(maps.shape).copy()), maps, WEIGHTS)


@pytest.mark.parametrize("pocket", ["pocket-gpt2"], indirect=True)
def test_a_text_read_in_parts_is_the_text_read_at_once(engine, pocket, rows):
    code = """
    ((model, parts) => {
        const reading = model.start();
        parts.forEach((ids) => model.read(reading, ids));
        return { maps: reading.maps(), scores: model.scores(reading, reading.length - 1) };
    })(models[a[0]], a[1])
    """
    ids = max(rows(10), key=len)
    whole = engine(code, pocket.card.name, [ids])
    parts = engine(code, pocket.card.name, [ids[:3], ids[3:4], ids[4:]])
    np.testing.assert_allclose(parts["scores"], whole["scores"], atol=1e-5)
    np.testing.assert_allclose(parts["maps"], whole["maps"], atol=1e-6)


FAILS = """
((act) => { try { act(); return "nothing failed"; } catch (error) { return error.message; } })(
    () => models[a[0]].read(models[a[0]].start(a[2]), a[1]))
"""


def test_what_a_model_cannot_read_is_told(engine, pocket):
    name, context = pocket.card.name, pocket.model.config.max_position_embeddings
    told = engine(FAILS, name, [1] * (context + 1), [])
    assert f"reads {context} tokens, and these are {context + 1}" in told
    assert engine(FAILS, name, [1] * 3, [(0, 4)]).endswith("(0, 4) is not one of them.")
    assert engine(FAILS, name, [1] * 3, [(-1, 0)]).endswith("(-1, 0) is not one of them.")


@pytest.mark.parametrize("pocket", ["pocket-bert"], indirect=True)
def test_a_model_that_reads_both_sides_does_not_read_on(engine, pocket):
    code = """
    ((model) => {
        const reading = model.start();
        model.read(reading, [2, 3]);
        try { model.read(reading, [3]); } catch (error) { return error.message; }
    })(models[a[0]])
    """
    assert "begin a new reading" in engine(code, pocket.card.name)


def test_the_error_function_is_right_to_32_bits(script_of):
    m = script_of("layers_math")
    xs = np.linspace(-5, 5, 1001)
    np.testing.assert_allclose(m("a[0].map(m.erf)", xs), [math.erf(x) for x in xs], atol=2e-7)


def test_a_linear_layer_of_any_size(script_of):
    """Four rows at a time, and those that are left."""
    m = script_of("layers_math")
    rng = np.random.default_rng(0)
    for outputs in (1, 3, 4, 7):
        rows, bias, x = (
            rng.normal(size=size).astype("f") for size in ((outputs, 5), outputs, (2, 5))
        )
        ours = m("m.linear(a[0], { rows: a[1], bias: a[2] })", x, rows, bias)
        np.testing.assert_allclose(
            ours.reshape(2, outputs), x @ rows.T + bias, rtol=1e-5, atol=1e-6
        )
