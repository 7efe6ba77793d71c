"""Does a head of the decoder look at the word it translates? Measured with a small dictionary."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedTokenizerBase, T5ForConditionalGeneration

from lablib.training.made_up import Pair

_DICTIONARY = """
    cat:chat dog:chien bird:oiseau horse:cheval house:maison door:porte window:fenêtre
    book:livre letter:lettre car:voiture train:train bus:bus school:école teacher:professeur
    doctor:médecin friend:ami mother:mère father:père brother:frère sister:soeur wife:femme
    man:homme boy:garçon girl:fille child:enfant children:enfants people:gens money:argent
    work:travail problem:problème question:question answer:réponse idea:idée name:nom
    story:histoire word:mot world:monde city:ville country:pays street:rue room:chambre
    kitchen:cuisine table:table bed:lit water:eau bread:pain coffee:café tea:thé milk:lait
    apple:pomme fish:poisson meat:viande sugar:sucre day:jour night:nuit morning:matin
    week:semaine month:mois year:an hour:heure time:temps today:aujourd'hui tomorrow:demain
    yesterday:hier now:maintenant always:toujours never:jamais often:souvent two:deux
    three:trois four:quatre five:cinq ten:dix red:rouge white:blanc black:noir blue:bleu
    big:grand small:petit young:jeune happy:heureux tired:fatigué sick:malade rich:riche
    poor:pauvre beautiful:beau easy:facile difficult:difficile important:important
    french:français english:anglais japan:japon paris:paris boston:boston mary:mary tom:tom
    music:musique film:film game:jeu key:clé hand:main head:tête heart:coeur hair:cheveux
    eyes:yeux rain:pluie snow:neige sun:soleil sea:mer tree:arbre flower:fleur garden:jardin
    with:avec without:sans here:ici where:où why:pourquoi who:qui when:quand because:parce
"""
WORDS = dict(entry.split(":") for entry in _DICTIONARY.split())
"""English words and the French ones that mostly stand for them."""


@dataclass(frozen=True)
class Alignment:
    """How much of its attention a head gives to the word that is being translated.

    Attributes:
        layer, head: the cross-attention head that gives most.
        share: its mean share, 0 to 1.
        mean: that of all heads.
        even: what it would be if attention were spread evenly.
        sentences, words: on how many it was measured.
    """

    layer: int
    head: int
    share: float
    mean: float
    even: float
    sentences: int
    words: int


@torch.inference_mode()
def alignment(
    model: T5ForConditionalGeneration,
    tokenizer: PreTrainedTokenizerBase,
    pairs: Sequence[Pair],
    sentences: int = 50,
) -> Alignment:
    """Measure every cross-attention head on the first `sentences` pairs with a word of `WORDS`.

    The model must run with `attention="eager"`, else it gives no weights. What counts is the row
    that writes the French word's first token.
    """
    shares, even, used = [], [], 0
    for source, target in pairs:
        found = list(aligned(source, target))
        if not found or used == sentences:
            continue
        used += 1
        rows = tokenizer(source, return_tensors="pt", return_offsets_mapping=True)
        answer = tokenizer(target, return_tensors="pt", return_offsets_mapping=True)
        out = model(
            input_ids=rows.input_ids.to(model.device),
            labels=answer.input_ids.to(model.device),
            output_attentions=True,
        )
        weights = torch.cat(out.cross_attentions).cpu()  # [layers, heads, written, read]
        for english, french in found:
            read = _tokens(rows.offset_mapping[0].tolist(), english)
            written = _tokens(answer.offset_mapping[0].tolist(), french)[0]
            shares.append(weights[:, :, written, read].sum(-1))
            even.append(len(read) / weights.shape[-1])
    mean = torch.stack(shares).mean(0)
    layer, head = divmod(int(mean.argmax()), mean.shape[1])
    return Alignment(
        layer,
        head,
        mean[layer, head].item(),
        mean.mean().item(),
        sum(even) / len(even),
        used,
        len(even),
    )


Span = tuple[int, int]


def aligned(source: str, target: str) -> Iterator[tuple[Span, Span]]:
    """Where words of `WORDS` stand in a pair: in the source after its prefix, and in the target.

    Only words that stand once on both sides count.

    >>> list(aligned("translate English to French: I see the dog.", "Je vois le chien."))
    [((39, 42), (11, 16))]
    """
    begin = source.index(": ") + 2
    for english, french in WORDS.items():
        ours = [m.span() for m in re.finditer(rf"(?i)\b{english}\b", source) if m.start() >= begin]
        theirs = [m.span() for m in re.finditer(rf"(?i)\b{french}\b", target)]
        if len(ours) == len(theirs) == 1:
            yield ours[0], theirs[0]


def _tokens(offsets: list[Span], span: Span) -> list[int]:
    """The tokens that hold a letter of a stretch of text.

    >>> _tokens([(0, 1), (1, 5), (5, 8), (0, 0)], (2, 6))
    [1, 2]
    """
    start, end = span
    return [i for i, (first, last) in enumerate(offsets) if first < end and last > start]
