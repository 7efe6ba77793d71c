"""Fine-tuning on a tiny encoder: what is learned from, what is watched, what comes out."""

from dataclasses import replace

import pytest
import torch
from transformers import BertConfig, BertModel

from lablib.transfer import fine_tune, load_classifier, predict, recipe, score


@pytest.fixture(scope="session")
def encoder(tiny, tmp_path_factory):
    """A folder with a tiny encoder of random weights."""
    folder = tmp_path_factory.mktemp("encoder")
    torch.manual_seed(1)
    settings = tiny.model.config.to_dict() | {"initializer_range": 0.1}
    BertModel(BertConfig.from_dict(settings)).save_pretrained(folder)
    tiny.tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture
def quick(encoder):
    return recipe(model=encoder, epochs=20.0, batch=6, learning_rate=3e-3, dropout=0.0)


def last(*arguments, **options):
    *_, end = fine_tune(*arguments, **options)
    return end


def test_the_sources_recipe_is_berts():
    config = recipe("source")
    assert (config.batch, config.learning_rate, config.epochs) == (32, 2e-5, 3.0)
    with pytest.raises(ValueError, match="source or short"):
        recipe("long")


@pytest.mark.training
def test_a_task_is_learned_and_the_test_part_is_told_apart(small_set, quick):
    steps = list(fine_tune(small_set, quick))
    assert [step.step for step in steps] == list(range(steps[0].total + 1))
    learn, watched = small_set.divided(0.2)
    assert steps[0].total == -(-20 * len(learn) // 6) and len(watched) == 5
    assert steps[0].loss is None and steps[-1].loss < 0.2
    asked = [step for step in steps if step.val_loss is not None]
    assert asked[0] is steps[0] and asked[-1] is steps[-1]
    assert asked[-1].accuracy == 1.0 and asked[-1].val_loss < asked[0].val_loss
    assert [step.classifier is None for step in steps] == [True] * steps[0].total + [False]
    said = predict(steps[-1].classifier, small_set.test.texts)
    assert said[0].names == small_set.names
    assert score(said, small_set.test.labels).accuracy == 1.0


def test_what_is_watched_is_measured_as_it_is_predicted(small_set, quick):
    end = last(small_set, replace(quick, epochs=2.0))
    _, watched = small_set.divided(0.2)
    said = predict(end.classifier, watched.texts)
    right = torch.tensor(
        [one.probabilities[n] for one, n in zip(said, watched.labels, strict=True)]
    )
    assert end.val_loss == pytest.approx(-float(right.log().mean()), abs=1e-4)
    assert end.accuracy == score(said, watched.labels).accuracy


def test_the_same_seed_gives_the_same_classifier_also_where_gradients_are_forbidden(
    small_set, quick
):
    config = replace(quick, steps=3)
    first = predict(last(small_set, config).classifier, ["good a"])
    with torch.inference_mode():
        again = predict(last(small_set, config).classifier, ["good a"])
    other = predict(last(small_set, replace(config, seed=1)).classifier, ["good a"])
    assert first == again != other


@pytest.mark.parametrize("method", ["lora", "head", "scratch"])
def test_other_methods_end_in_an_ordinary_folder(small_set, quick, method, tmp_path):
    config = replace(quick, method=method, steps=2)
    end = last(small_set, config, learn_from=small_set.train.take(range(8)))
    assert end.val_loss is None and end.accuracy is None
    end.classifier.save(tmp_path)
    assert not (tmp_path / "adapter_config.json").exists()
    now, then = (predict(c, ["bad soup"])[0] for c in (end.classifier, load_classifier(tmp_path)))
    assert now.probabilities == pytest.approx(then.probabilities, abs=1e-6)
    assert then.names == ("plus", "minus")


def test_settings_that_cannot_be_are_refused(small_set, quick):
    with pytest.raises(ValueError, match="learning_rate"):
        last(small_set, replace(quick, learning_rate=0.0))
