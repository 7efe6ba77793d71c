"""Small tasks with one right answer, made up without end: a model learns which one by its prefix.

Each task is a rule, not a list: a row is drawn, never looked up, and nine sources of ten are for
training, the tenth for measuring (`is_heldout`), so that what was measured was never learned.
"""

import random
from collections.abc import Callable
from datetime import date, timedelta
from zlib import crc32

Pair = tuple[str, str]
"""A source text and its target."""


def _words(text: str) -> list[str]:
    return text.split()


def _phrases(text: str) -> list[str]:
    return text.split(", ")


_FIRST_DAY, _LAST_DAY = date(1500, 1, 1), date(2099, 12, 31)
_SMALL = _words("""
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen
""")
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

_IRREGULAR = {
    "go": "goes", "do": "does", "have": "has", "child": "children", "man": "men",
    "woman": "women", "foot": "feet", "tooth": "teeth", "mouse": "mice", "goose": "geese",
    "sheep": "sheep", "fish": "fish", "deer": "deer", "leaf": "leaves", "knife": "knives",
    "wolf": "wolves", "shelf": "shelves", "wife": "wives", "loaf": "loaves",
    "potato": "potatoes", "tomato": "tomatoes", "hero": "heroes",
}  # fmt: skip
_NOUNS = _words("""
    cat dog horse bird cow pig hen duck fox wolf mouse goose sheep fish deer bear lion frog
    snake bee fly butterfly child man woman boy girl baby wife king queen teacher doctor nurse
    farmer sailor hero friend lady uncle aunt foot tooth hand eye ear finger house box door
    window wall roof room kitchen bed table chair lamp clock watch key shelf knife fork spoon
    cup glass bottle plate dish brush book story page letter word sentence picture photo song
    piano violin radio school class lesson city country village street bridge church castle
    garden tree leaf flower bush apple peach cherry berry potato tomato loaf cake egg bus
    train boat ship car bicycle wheel road river lake beach island hill stone star day week
    month year
""")
_ADJECTIVES = _words("""
    old new big small little long short red blue green black white brown yellow good bad happy
    sad clean dirty young tall cold warm quiet loud beautiful strange heavy broken round dark
    lazy clever brave hungry
""")
_DETERMINERS = {"": "", "the": "the", "my": "my", "her": "her", "our": "our"} | {
    "this": "these",
    "that": "those",
}

_ONE = _phrases(
    "he, she, it, Tom, Mary, my brother, my sister, the teacher, the old man, our neighbour, "
    "her friend, the girl, the king"
)
_MANY = _phrases(
    "I, you, we, they, the children, my parents, the boys, our friends, two women, his sons"
)
# A verb, its past, and what may follow it.
_VERBS = """\
go went: home, to school, to the market, by train
come came: home, back late, from the village
eat ate: an apple, too much bread, with a spoon
drink drank: cold water, a cup of tea, some milk
see saw: the ship, a red house, many stars
take took: the bus, the wrong key, a short walk
give gave: the dog a bone, the books away, good advice
make made: a cake, a long list, a lot of noise
write wrote: a letter, in English, two books
read read: the newspaper, a long story, every page
run ran: to the river, very fast, across the street
sing sang: a song, in the garden, with the birds
swim swam: in the lake, to the island, every morning
sleep slept: well, on the floor, under a tree
speak spoke: French, to the doctor, very quietly
buy bought: a new hat, some flowers, ten eggs
bring brought: the bread, good news, a friend along
think thought: about the sea, of you, too long
know knew: the answer, her name, the way
find found: the key, a small coin, nothing
lose lost: the game, an umbrella, a lot of money
leave left: the room, early, the door open
sit sat: by the window, on a bench, near the fire
stand stood: at the door, in the rain, behind the wall
hear heard: a bird, the bell, strange music
tell told: a story, the truth, us everything
sell sold: old books, the house, apples
keep kept: the secret, a diary, the change
hold held: the rope, a cup, the baby
wear wore: a blue coat, old shoes, a hat
break broke: a glass, the rules, the window
choose chose: the red one, a card, the best seat
drive drove: a bus, to the city, too fast
fall fell: asleep, into the water, from the tree
feel felt: tired, the cold, much better
fly flew: to Paris, over the sea, a kite
forget forgot: the number, her birthday, everything
have had: a cat, breakfast at eight, two sisters
do did: the work, nothing, the dishes
want wanted: a bicycle, to sleep, more time
walk walked: to the station, in the park, for an hour
work worked: in a bank, every day, at night
play played: the piano, chess, in the garden
live lived: in London, near the church, by the sea
love loved: the sea, old songs, the cat
watch watched: the birds, a film, the game
help helped: the farmer, an old lady, in the kitchen
open opened: the window, a letter, the shop
close closed: the door, the book, the gate
clean cleaned: the kitchen, the windows, the car
cook cooked: some rice, dinner, for ten people
call called: the doctor, a taxi, the police
look looked: at the map, out of the window, happy
wait waited: for the bus, in the rain, an hour
laugh laughed: at the joke, loudly, all day
try tried: the soup, again, to help
carry carried: a heavy box, the water, the baby
study studied: history, in the library, at night
cry cried: in the dark, for help, all night
stop stopped: at the corner, the car, for a rest
plan planned: a trip, the party, every day
need needed: a rest, new shoes, some help
use used: a pencil, the stairs, too much salt
dance danced: in the street, with the queen, all night
arrive arrived: at noon, in time, by boat
smile smiled: at the baby, happily, in the photo
ask asked: a question, for water, the teacher
answer answered: the letter, at once, every question
listen listened: to the radio, to the rain, at the door
wash washed: the plates, the dog, in cold water
"""


def in_words(number: int) -> str:
    """A number from 0 to 9,999 as one says it.

    >>> in_words(205), in_words(4019), in_words(90)
    ('two hundred and five', 'four thousand and nineteen', 'ninety')
    """
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_SMALL[ones]}" if ones else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    count, rest = divmod(number, size)
    joined = f" and {in_words(rest)}" if 0 < rest < 100 else f" {in_words(rest)}" if rest else ""
    return f"{in_words(count)} {name}{joined}"


def ordinal(number: int) -> str:
    """A day of the month as it is read out.

    >>> [ordinal(day) for day in (1, 2, 3, 4, 11, 22, 31)]
    ['1st', '2nd', '3rd', '4th', '11th', '22nd', '31st']
    """
    ending = "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def with_s(word: str) -> str:
    """A noun's plural, or a verb after he, she or it: the same rule writes both.

    >>> [with_s(word) for word in ("box", "city", "day", "go", "mouse")]
    ['boxes', 'cities', 'days', 'goes', 'mice']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _date(rng: random.Random) -> Pair:
    day = _FIRST_DAY + timedelta(rng.randrange((_LAST_DAY - _FIRST_DAY).days + 1))
    spellings = (
        f"{day.day} {day:%B} {day.year}",
        f"{day:%B} {day.day}, {day.year}",
        f"{ordinal(day.day)} of {day:%B} {day.year}",
    )
    return rng.choice(spellings), day.isoformat()


def _number(rng: random.Random) -> Pair:
    number = rng.randrange(10 ** rng.randrange(1, 5))
    return in_words(number), str(number)


def _past(rng: random.Random) -> Pair:
    forms, endings = rng.choice(_VERBS.splitlines()).split(": ")
    verb, past = forms.split()
    alone = rng.random() < 0.5
    subject = rng.choice(_ONE if alone else _MANY)
    rest = rng.choice(_phrases(endings))
    return f"{subject} {with_s(verb) if alone else verb} {rest}", f"{subject} {past} {rest}"


def _plural(rng: random.Random) -> Pair:
    one, many = rng.choice(list(_DETERMINERS.items()))
    adjective = rng.choice(["", *rng.choices(_ADJECTIVES, k=2)])
    noun = rng.choice(_NOUNS)
    return _joined(one, adjective, noun), _joined(many, adjective, with_s(noun))


def _reverse(rng: random.Random) -> Pair:
    words = rng.choices(_NOUNS + _ADJECTIVES, k=rng.randrange(2, 7))
    return _joined(*words), _joined(*reversed(words))


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))


MADE_UP: dict[str, Callable[[random.Random], Pair]] = {
    "date": _date,
    "number": _number,
    "past": _past,
    "plural": _plural,
    "reverse": _reverse,
}
"""What draws a source and its target, by the task's name, which is its prefix as well."""


def is_heldout(source: str) -> bool:
    """Whether a source is kept to measure on: one in ten is, the same ones everywhere.

    >>> sum(is_heldout(f"number: {in_words(n)}") for n in range(1000))
    99
    """
    return crc32(source.encode()) % 10 == 0


def draw(task: str, rng: random.Random, heldout: bool = False) -> Pair:
    """A source with its prefix, and its target; to train on, or to measure on.

    >>> draw("past", random.Random(3))
    ('past: we break the rules', 'we broke the rules')
    """
    while True:
        source, target = MADE_UP[task](rng)
        if is_heldout(f"{task}: {source}") == heldout:
            return f"{task}: {source}", target
