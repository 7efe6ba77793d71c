"""Head scores and patching beside TransformerLens' own, on the same tiny GPT-2.

It is not in the lock, for the labs do without it: CONTRIBUTING.md says how it is installed. Where
it is missing these tests are skipped.
"""

import copy

import pytest
import torch
from transformers import AutoTokenizer

from lablib import attention as at
from lablib import transformer as tf

lens = pytest.importorskip(
    "transformer_lens", reason="TransformerLens is missing: pip install -e '.[transformer-lens]'"
)

TEXT = "The cat saw the cat and the cat sat"
SCORES = {
    "previous_token": "previous_token_head",
    "induction": "induction_head",
    "same_token": "duplicate_token_head",
}
"""What each of our metrics is called there."""
PATCHES = {
    "residual": "resid_pre",
    "attention": "attn_out",
    "feed-forward": "mlp_out",
    "heads": "attn_head_out_all_pos",
}
"""What each of our parts is called there."""


@pytest.fixture(scope="module")
def bridge(gpt2, tmp_path_factory):
    """The tiny model as TransformerLens sees it: it hooks what it is given, so it is given a copy;
    and it opens the tokenizer again, from its folder.
    """
    from transformer_lens.model_bridge import TransformerBridge

    folder = tmp_path_factory.mktemp("tokenizer")
    gpt2.tokenizer.save_pretrained(folder)
    found = TransformerBridge.boot_transformers(
        "gpt2",
        hf_model=copy.deepcopy(gpt2.model),
        tokenizer=AutoTokenizer.from_pretrained(folder),
        device="cpu",
    )
    found.cfg.default_prepend_bos = False
    return found


@pytest.mark.parametrize("metric", SCORES)
def test_heads_have_the_scores_that_transformer_lens_gives_them(gpt2, bridge, metric):
    """It divides by all tokens of the text, we by those that have such a token before them."""
    from transformer_lens import head_detector

    ids = bridge.to_tokens(TEXT)
    assert ids.tolist() == [list(at.read(gpt2, TEXT).ids)]
    expected = head_detector.detect_head(bridge, TEXT, SCORES[metric])
    where = getattr(head_detector, f"get_{SCORES[metric]}_detection_pattern")(ids)
    asked = int(where.any(1).sum())
    assert 0 < asked < ids.numel()
    ours = getattr(at.head_metrics(at.maps(gpt2, TEXT)), metric)
    torch.testing.assert_close(ours * asked / ids.numel(), expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("part", PATCHES)
@torch.inference_mode()
def test_as_much_returns_as_transformer_lens_says(gpt2, bridge, part):
    from transformer_lens import patching

    *_, found = tf.patch(gpt2, "The king said that", "The duke said that", part)
    clean, corrupted = (torch.tensor([each.ids]) for each in (found.clean, found.corrupted))
    one, other = found.answers
    wanted, there = found.differences

    def returned(logits):
        return (logits[0, -1, one] - logits[0, -1, other] - there) / (wanted - there)

    _, cache = bridge.run_with_cache(clean)
    assert float(returned(bridge(clean))) == pytest.approx(1, abs=1e-4)
    expected = getattr(patching, f"get_act_patch_{PATCHES[part]}")(
        bridge, corrupted, cache, returned
    )
    torch.testing.assert_close(found.returned, expected, atol=1e-4, rtol=1e-4)
    assert found.returned.std() > 1e-3
