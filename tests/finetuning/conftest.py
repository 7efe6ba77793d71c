"""Tiny models, as in the sampling room."""

import pytest

from tests.finetuning.tiny_folder import save_tiny
from tests.sampling.conftest import m, tiny  # noqa: F401


@pytest.fixture(scope="session")
def gpt2(tiny, tmp_path_factory):  # noqa: F811
    """The folder of a tiny GPT-2 without dropout, of ordinary weights."""
    folder = tmp_path_factory.mktemp("gpt2")
    return save_tiny(tiny, folder, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
