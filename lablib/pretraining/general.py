"""Twenty sentences of today: does a model taught on old books still know what they speak of?"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from transformers import BertForPreTraining, BertModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Sample:
    """A sentence with one blank, `{}`, the word that belongs there, and the same said in other
    words.
    """

    text: str
    answer: str
    other: str


GENERAL = (
    Sample("She sent him an {} with the report attached.", "email",
           "He got the report from her as an attachment."),
    Sample("The phone's {} lasts about two days on a single charge.", "battery",
           "You only need to plug this mobile in every second day."),
    Sample("The capital of France is {}.", "paris",
           "France is governed from its largest city, on the Seine."),
    Sample("Our flight was delayed, so we waited at the {} for three hours.", "airport",
           "The plane left late and we sat in the terminal all afternoon."),
    Sample("Please restart your {} after installing the update.", "computer",
           "Reboot the machine once the new software is on it."),
    Sample("The doctor prescribed antibiotics for the {}.", "infection",
           "He was given medicine against the bacteria."),
    Sample("Water boils at one hundred {} Celsius.", "degrees",
           "At 100 °C the liquid in the kettle turns to steam."),
    Sample("The company's {} rose by ten percent last year.", "profits",
           "The firm earned a tenth more than the year before."),
    Sample("He scored the winning {} in the last minute of the match.", "goal",
           "His late shot decided the football game."),
    Sample("Solar panels turn sunlight into {}.", "electricity",
           "Photovoltaic cells make power from light."),
    Sample("The Earth goes around the {} once a year.", "sun",
           "Our planet's orbit takes twelve months."),
    Sample("You can watch the film online or at the {}.", "cinema",
           "The movie is being streamed and is on the big screen too."),
    Sample("I forgot the {} to my account and could not log in.", "password",
           "I was locked out of my profile because I didn't remember the secret code."),
    Sample("The city is building a new subway {} near the stadium.", "station",
           "There will soon be an underground stop by the sports arena."),
    Sample("In a democracy, the people elect their {}.", "leaders",
           "Citizens vote for those who govern them."),
    Sample("Add the flour and bake the cake in the {} for forty minutes.", "oven",
           "Mix in the dry ingredients, then let the sponge brown at 180 degrees."),
    Sample("DNA carries the genetic {} of every living thing.", "information",
           "Genes are the instructions by which organisms are made."),
    Sample("The band released its second {} in 2009.", "album",
           "Their next record came out that year."),
    Sample("Scientists fear that rising temperatures will melt the polar {}.", "ice",
           "Global warming threatens the frozen caps, researchers warn."),
    Sample("The train from London to Edinburgh takes about four {}.", "hours",
           "By rail it is half a morning from England's capital to Scotland's."),
)  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """How well the blanks were filled: how often the right word came first, how often it was among
    the first five, of how many, and its mean surprise in nats.
    """

    first: int
    in_five: int
    asked: int
    loss: float


@torch.inference_mode()
def filled(
    model: BertForPreTraining,
    tokenizer: PreTrainedTokenizerBase,
    samples: tuple[Sample, ...],
) -> Filled:
    """Fill the blank of every sample whose answer is one entry of the vocabulary."""
    answers = [tokenizer.convert_tokens_to_ids(sample.answer) for sample in samples]
    known = [i for i, answer in enumerate(answers) if answer != tokenizer.unk_token_id]
    texts = [samples[i].text.format(tokenizer.mask_token) for i in known]
    batch = tokenizer(texts, return_tensors="pt", padding=True).to(model.device)
    logits = model(**batch).prediction_logits[batch.input_ids == tokenizer.mask_token_id].float()
    right = torch.tensor([answers[i] for i in known], device=logits.device)
    places = (logits.topk(5).indices == right[:, None]).nonzero()[:, 1]
    loss = F.cross_entropy(logits, right).item()
    return Filled(int((places == 0).sum()), len(places), len(known), loss)


@torch.inference_mode()
def first_words(
    model: BertForPreTraining, tokenizer: PreTrainedTokenizerBase, text: str, count: int = 6
) -> list[str]:
    """The likeliest words for the blank, `{}`, of a text, best first."""
    batch = tokenizer(text.format(tokenizer.mask_token), return_tensors="pt").to(model.device)
    logits = model(**batch).prediction_logits[batch.input_ids == tokenizer.mask_token_id][0]
    return [str(tokenizer.convert_ids_to_tokens(i)) for i in logits.topk(count).indices.tolist()]


@torch.inference_mode()
def found_again(
    encoder: BertModel,
    tokenizer: PreTrainedTokenizerBase,
    samples: tuple[Sample, ...],
) -> int:
    """For how many samples the nearest of all the other wordings is its own, by the cosine of the
    mean vectors: what MiniLM was made for (Reimers and Gurevych 2019, "Sentence-BERT").
    """
    sides = ([s.text.format(s.answer) for s in samples], [s.other for s in samples])
    vectors = []
    for texts in sides:
        batch = tokenizer(texts, return_tensors="pt", padding=True).to(encoder.device)
        hidden = encoder(**batch).last_hidden_state.float()
        weights = batch.attention_mask[..., None]
        vectors.append(F.normalize((hidden * weights).sum(1) / weights.sum(1)))
    nearest = (vectors[0] @ vectors[1].T).argmax(1).cpu()
    return int((nearest == torch.arange(len(samples))).sum())
