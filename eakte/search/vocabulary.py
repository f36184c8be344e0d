"""The parts German compounds are made of, and how that list was distilled.

`vocabulary.txt` holds one folded word a line: `bau` may open and close a compound, `wohn-` only open it,
`-pflichtig` only close it. A word got in by being productive: it takes part in several compounds of the
German dictionary that simplemma ships (MIT licence). That keeps chance hits such as "Gew-erbe" out.
`python -m eakte.search.vocabulary` distils the list anew.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

from eakte.search.folding import fold

LINKS = ("", "s", "es", "n", "en", "er", "e", "ens")
"""Fugenelemente: what may stand between the first and the second part."""

ENDINGS = ("", "s", "es", "n", "en", "e", "er", "ern", "em")
"""Inflection a compound may carry at its end."""

FILE = Path(__file__).with_name("vocabulary.txt")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SHORT_PARTS = _set(
    "abt akt alt amt arm art bad bau box bus ehe eid eis erz gas gut hof kur neu not ort ost rad rat rot"
    " see sud tag tal tod tor tur typ uhr weg zug"
)
"""The only parts of three letters; all others are chance."""

PARTICLES = _set(
    "anders auseinander bei besch dahin daher damit davon dazu durch einander empor entgegen fort gegen heim her"
    " herab heran heraus herbei herein herum hervor hierher hin hinauf hinaus hinein hinter hinzu los miss mit"
    " nach nieder ruck uber umher unter untere vor voran voraus vorbei wide wider wied wieder zuruck zusammen"
)
"""Verb particles: what they open ("Vorrat", "Unterlage") is a word of its own, not a kind of its last part."""

SUFFIXES = _set(
    "armere bare cher dung ende endung eren este fahige gere haft heit iker ikum ion isch ische ismus ist itat"
    " keit kung lein lich ling loge logie losere massige reichere rei same schaft sein ster tete tion tuck tum"
    " tute ung vollere vollste weise"
)
"""Endings that happen to be spelled like a noun."""

MUNICIPAL = _set(
    "abfall abwasser akte amt antrag anzeige aufsicht ausschuss baubeginn bebauung beirat beitrag bescheid"
    " beschluss dezernat erschliessung flurstuck friedhof gebuhr gemarkung gemeinde genehmigung gewerbe"
    " gleichstellung grundstuck haushalt jugend kataster kita kommune landkreis liegenschaft magistrat meldung"
    " nachzahlung niederschlag niederschrift ordnung ordnungswidrigkeit parkausweis planung protokoll rechnung"
    " register sanierung satzung sitzung sozial standesamt steig verfahren verfugung verkehr vermessung verordnung"
    " verwaltung vollstreckung voranfrage vorkauf widerspruch zulassung"
)
"""Words of our trade, in whatever the dictionary says."""

MUNICIPAL_OPENINGS = _set("einfamilien kommunal krank mahn mehrfamilien schank")
MUNICIPAL_ENDINGS = _set("beauftragt")
"""Such words that stand on one side only."""

_DERIVING = ("ung", "heit", "keit", "tion", "itat", "nis", "schaft")

OPAQUE = _set(
    "abteilung aufenthalt bescheid bescheinigung friedhof gutachten haushalt hochzeit monat vollstreckung wohlstand"
    " zeitung zustand"
)
"""Words that look like compounds and are not understood as such any more."""


class Vocabulary(NamedTuple):
    """Folded words that may open (`first`) and close (`last`) a compound.

    `openings` and `closings` tell the word behind what is written: with linking letters, with inflection.
    """

    first: frozenset[str]
    last: frozenset[str]
    openings: Mapping[str, str]
    closings: Mapping[str, str]


@cache
def vocabulary() -> Vocabulary:
    """The shipped vocabulary, read once."""
    lines = FILE.read_text(encoding="utf-8").split()
    first = frozenset(line.removesuffix("-") for line in lines if not line.startswith("-"))
    last = frozenset(line.removeprefix("-") for line in lines if not line.endswith("-"))
    return Vocabulary(first, last, _written(first, LINKS), _written(last, ENDINGS))


def _written(words: Collection[str], suffixes: Iterable[str]) -> Mapping[str, str]:
    """The words behind their written forms; of two readings the one with the earlier suffix."""
    behind: dict[str, str] = {}
    for suffix in suffixes:
        for word in words:
            behind.setdefault(word + suffix, word)
    return behind


class _Lexicon(NamedTuple):
    nouns: frozenset[str]
    verb_stems: frozenset[str]
    others: frozenset[str]


def _lexicon(dictionary: Mapping[str, str]) -> _Lexicon:
    nouns, verbs, others, plurals = set(), set(), set(), set()
    for form, lemma in dictionary.items():
        if not (lemma.isalpha() and 3 <= len(lemma) <= 30):
            continue
        if form[0].isupper() and lemma[0].isupper():
            nouns.add(fold(lemma))
            if fold(form) == fold(lemma) + "er":
                plurals.add(fold(form))
        elif lemma[0].islower() and lemma.endswith(("en", "eln", "ern")):
            verbs.add(fold(lemma).removesuffix("n").removesuffix("e"))
        elif lemma[0].islower():
            others.add(fold(lemma))
    # Häuser is a surname in the dictionary; as plural of Haus it must not become a word of its own.
    return _Lexicon(frozenset(nouns - plurals), frozenset(verbs), frozenset(others))


def _openings(left: str, lexicon: _Lexicon) -> Iterator[tuple[str, float]]:
    """What the left side of a compound may be, with a guess how plausible that is."""
    for link in LINKS:
        base = left.removesuffix(link)
        if left.endswith(link) and base in lexicon.nouns:
            yield base, 0.8 if link else 1.0
    if left + "e" in lexicon.nouns:
        yield left + "e", 0.8
    for base in (left, left.removesuffix("e")):
        if base in lexicon.verb_stems:
            yield base, 0.7
    if left in lexicon.others:
        yield left, 0.8


def _readings(word: str, lexicon: _Lexicon) -> list[tuple[str, str, float]]:
    return [
        (first, last, plausible)
        for cut in range(3, len(word) - 2)
        if (last := word[cut:]) in lexicon.nouns and last not in SUFFIXES and (len(last) > 3 or last in SHORT_PARTS)
        for first, plausible in _openings(word[:cut], lexicon)
        if first not in PARTICLES and (len(first) > 3 or first in SHORT_PARTS)
    ]


def _productive(readings: Mapping[str, list[tuple[str, str, float]]]) -> tuple[Counter[str], Counter[str]]:
    """How many compounds each part opens and closes, when every compound takes its likeliest reading."""
    firsts: Counter[str] = Counter()
    lasts: Counter[str] = Counter()
    for choices in readings.values():
        firsts.update(first for first, _, _ in choices)
        lasts.update(last for _, last, _ in choices)
    for _ in range(3):
        best = [
            max(
                choices,
                key=lambda reading: (
                    math.log(firsts[reading[0]] + 0.1)
                    + math.log(lasts[reading[1]] + 0.1)
                    + 2 * math.log(reading[2])
                    + min(len(reading[0]), len(reading[1])) / 4
                ),
            )
            for choices in readings.values()
        ]
        firsts = Counter(first for first, _, _ in best)
        lasts = Counter(last for _, last, _ in best)
    return firsts, lasts


def _kept(counts: Counter[str]) -> Iterator[str]:
    """The shorter a part, the more compounds must vouch for it."""
    needed = {3: 1, 4: 10, 5: 4, 6: 2, 7: 2}
    return (part for part, count in counts.items() if count >= needed.get(len(part), 1))


def _derived(lexicon: _Lexicon, compounds: Collection[str]) -> Iterator[str]:
    """Nouns made by an ending; no chance hits, so they need no compound to vouch for them: Dienstbarkeit."""
    return (noun for noun in lexicon.nouns if len(noun) >= 7 and noun.endswith(_DERIVING) and noun not in compounds)


def _adjective_endings(lexicon: _Lexicon) -> Iterator[str]:
    """Adjectives that close compounds with a noun: genehmigungs-pflichtig, bau-rechtlich."""
    counts = Counter(
        word[cut:]
        for word in lexicon.others
        for cut in range(3, len(word) - 5)
        if word[cut:] in lexicon.others and any(base in lexicon.nouns for base, _ in _openings(word[:cut], lexicon))
    )
    return (ending for ending, count in counts.items() if count >= 5 and ending not in SUFFIXES)


def distil(dictionary: Mapping[str, str]) -> Iterable[str]:
    """The lines of `vocabulary.txt` from a dictionary of German word forms and their lemmas."""
    lexicon = _lexicon(dictionary)
    compounds = {word: found for word in lexicon.nouns if (found := _readings(word, lexicon))}
    firsts, lasts = _productive(compounds)
    first = {*_kept(firsts), *MUNICIPAL, *MUNICIPAL_OPENINGS} - PARTICLES
    own = MUNICIPAL | MUNICIPAL_ENDINGS
    last = {*_kept(lasts), *_derived(lexicon, compounds), *_adjective_endings(lexicon), *own} - SUFFIXES
    return sorted({*(first & last), *(f"{word}-" for word in first - last), *(f"-{word}" for word in last - first)})


if __name__ == "__main__":
    FILE.write_text("\n".join(distil(DefaultDictionaryFactory().get_dictionary("de"))) + "\n", encoding="utf-8")
