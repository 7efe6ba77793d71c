"""The texts that come with the labs."""

import pytest

from lablib import data


def test_texts_of_the_labs():
    for name in data.names():
        assert len(data.text(name).split()) > 500
    with pytest.raises(ValueError, match="choose one of almanac"):
        data.text("../README")
