"""The tree of texts that were written from one prompt."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lablib.sampling.compute.generation import Step


@dataclass
class Branches:
    """Every step written after one prompt, each with the step it follows.

    Two texts that begin with the same tokens share them.

    Attributes:
        steps: by node number, in the order of writing.
        parents: the node each one follows, None after the prompt.
    """

    steps: list[Step] = field(default_factory=list)
    parents: list[int | None] = field(default_factory=list)

    def add(self, step: Step, parent: int | None) -> int:
        """The node of this step after `parent`: a new one, or the one with this token already
        there, of which the newest step is kept: it was drawn with the knobs that stand now.
        """
        for node, (other, before) in enumerate(zip(self.steps, self.parents, strict=True)):
            if before == parent and other.id == step.id:
                self.steps[node] = step
                return node
        self.steps.append(step)
        self.parents.append(parent)
        return len(self.steps) - 1

    def add_path(self, steps: Sequence[Step]) -> list[int]:
        """The nodes of a whole text, from the prompt on."""
        nodes: list[int] = []
        for step in steps:
            nodes.append(self.add(step, nodes[-1] if nodes else None))
        return nodes

    def path(self, node: int) -> list[int]:
        """The nodes from the prompt to this one."""
        nodes: list[int] = []
        place: int | None = node
        while place is not None:
            nodes.append(place)
            place = self.parents[place]
        return nodes[::-1]

    def line_through(self, node: int) -> list[int]:
        """The path to this node, and from there on along the first-written steps to an end."""
        nodes = self.path(node)
        while nodes[-1] in self.parents:
            nodes.append(self.parents.index(nodes[-1]))
        return nodes
