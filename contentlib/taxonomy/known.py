"""Common terms of the field: what they are also called, and what they belong to.

Only a start: a term that an import adds under a known name begins with these words and this
parent, and is the library's own from then on.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contentlib.taxonomy import rules

_FILE = Path(__file__).with_name("known_terms.toml")


@dataclass(frozen=True, slots=True)
class KnownTerm:
    """A common term; `from_employees` is where a size band begins."""

    label: str
    words: tuple[str, ...]
    parent: str | None = None
    from_employees: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.label, *self.words)


@dataclass(frozen=True, slots=True)
class StartingTerm:
    """How a term begins that an import adds; `parent` is a label that comes before it."""

    label: str
    synonyms: tuple[str, ...] = ()
    parent: str | None = None
    from_employees: int | None = None


def starting_terms(facet_key: str, names: Sequence[str]) -> list[StartingTerm]:
    """The terms for these names, and the families they belong to, parents first.

    A second name for the same common term ("Telecom" after "Telecommunications") stands
    below the first. A synonym that is itself one of the names is left to that name.
    """
    taken = {rules.term_key(name) for name in names}
    begun: dict[str, StartingTerm] = {}
    first: dict[str, str] = {}

    def begin(name: str) -> str:
        key = rules.term_key(name)
        if key in begun:
            return begun[key].label
        common = known_term(facet_key, name)
        if common is None:
            begun[key] = StartingTerm(name)
        elif common.label in first:
            begun[key] = StartingTerm(name, parent=first[common.label])
        else:
            first[common.label] = name
            parent = begin(own_name(common.parent)) if common.parent else None
            synonyms = tuple(n for n in common.names if rules.term_key(n) not in taken | {key})
            begun[key] = StartingTerm(name, synonyms, parent, common.from_employees)
        return name

    def own_name(label: str) -> str:
        """What this import calls the family, if it does."""
        spoken = (n for n in names if (known := known_term(facet_key, n)) and known.label == label)
        return next(spoken, label)

    for name in _in_order(facet_key, names):
        if rules.term_key(name):
            begin(name)
    return list(begun.values())


def _in_order(facet_key: str, names: Sequence[str]) -> list[str]:
    """Common terms in their usual order (stages follow each other), then the others."""
    places = {term.label: place for place, term in enumerate(known_terms().get(facet_key, ()))}

    def place(name: str) -> int:
        common = known_term(facet_key, name)
        return places[common.label] if common else len(places)

    return sorted(names, key=place)


def known_term(facet_key: str, name: str) -> KnownTerm | None:
    """The common term of that label or word, however it is written."""
    return _by_name(facet_key).get(rules.term_key(name))


@cache
def known_terms() -> Mapping[str, tuple[KnownTerm, ...]]:
    """facet key -> its common terms, those of an ordered facet in their order."""
    with _FILE.open("rb") as file:
        read = tomllib.load(file)
    return {
        facet: tuple(
            KnownTerm(label, tuple(entry.get("words", ())), entry.get("parent"), entry.get("from"))
            for label, entry in terms.items()
        )
        for facet, terms in read.items()
    }


@cache
def _by_name(facet_key: str) -> Mapping[str, KnownTerm]:
    found: dict[str, KnownTerm] = {}
    terms = known_terms().get(facet_key, ())
    # a label wins over another term's word
    labels = [(term.label, term) for term in terms]
    words = [(word, term) for term in terms for word in term.words]
    for name, known in (*labels, *words):
        found.setdefault(rules.term_key(name), known)
    return found
