"""What the beams panel shows of a result."""

import math
from collections.abc import Sequence
from typing import Any

from lablib.sampling.compute.beams import BeamNode, BeamTree
from lablib.sampling.compute.generation import Step
from lablib.widgets.tokens import number, times, visible


def beam_words(tree: BeamTree) -> str:
    """What beam search gained over greedy decoding, in a sentence."""
    winner, greedy = tree.winner, tree.greedy
    if [node.id for node in winner] == [step.id for step in greedy]:
        return "Beam search and greedy decoding write the same text."
    searched, followed = winner[-1].cumulative, greedy[-1].cumulative
    subject = "Beam search's text is"
    if len(winner) != len(greedy):  # each token lowers the sum, so compare per token
        searched, followed = searched / len(winner), followed / len(greedy)
        subject = "The texts differ in length: per token, beam search's is"
    gain = times(math.exp(min(abs(searched - followed), 100.0)))
    if searched >= followed:
        return f"{subject} {gain} as likely as greedy's, by the model's own probabilities."
    return f"Greedy's is {gain} as likely here: its text was dropped on the way."


def log_probability_words(name: str, nodes: Sequence[BeamNode] | Sequence[Step]) -> str:
    """A text's name with how probable the model finds it."""
    if not nodes:
        return name
    total = number(round(nodes[-1].cumulative, 2))
    mean = number(round(nodes[-1].cumulative / len(nodes), 2))
    return f"{name}: log-probability {total} nats, {mean} per token"


def probabilities(nodes: Sequence[BeamNode] | Sequence[Step]) -> list[float]:
    """By the model alone, of each token of a text."""
    return [math.exp(node.log_probability) for node in nodes]


def tree_nodes(tree: BeamTree) -> list[dict[str, Any]]:
    """The tree as `TreeView` takes it; the node with number `id` stands at `tree.places[id]`."""
    winner = {id(node) for node in tree.winner}
    numbers = {place: number for number, place in enumerate(tree.places)}
    return [
        {
            "id": numbers[step, place],
            "parent": numbers[step - 1, node.parent] if step else None,
            "text": visible(node.text),
            "value": math.exp(node.log_probability),
            "cumulative": node.cumulative,
            "state": "winner" if id(node) in winner else _state(node),
            "step": step,
        }
        for step, nodes in enumerate(tree.steps)
        for place, node in enumerate(nodes)
    ]


def _state(node: BeamNode) -> str:
    if node.finished:
        return "finished"
    return "kept" if node.kept else "pruned"
