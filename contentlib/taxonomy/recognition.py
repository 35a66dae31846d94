"""Terms of the vocabulary in what people write: "retail case study emea". Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from contentlib.taxonomy import rules
from contentlib.taxonomy.queries import TermView, Vocabulary

_WORD = re.compile(r"[^\W_]+(?:[&'’][^\W_]+)*", re.UNICODE)
_LONGEST = 6  # words of a name
# Names that are also everyday words ("US", "IT") count only where they stand in capitals.
# fmt: off
_EVERYDAY = frozenset((
    "a", "all", "am", "an", "any", "as", "at", "be", "by", "ca", "can", "do", "for", "go", "he",
    "i", "if", "in", "is", "it", "its", "la", "me", "my", "na", "no", "of", "on", "or", "our",
    "out", "so", "the", "to", "up", "us", "was", "we", "who", "you",
))
# fmt: on


@dataclass(frozen=True, slots=True)
class Recognised:
    """A term that was named, with the words that named it and where they stand."""

    term: TermView
    said: str
    start: int
    end: int


def recognise(text: str, words: Vocabulary) -> tuple[Recognised, ...]:
    """The terms named in a text, in its order, each once; longer names win over shorter ones.

    A name that stands for terms of several facets gives each of them. Plural and singular
    are the same; "us" and "it" are terms only in capitals.
    """
    names = _names(words)
    tokens = list(_WORD.finditer(text))
    found: dict[int, Recognised] = {}
    at = 0
    while at < len(tokens):
        for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
            here = tokens[at : at + length]
            start, end = here[0].start(), here[-1].end()
            said = text[start:end]
            meant = names.get(tuple(_folded(token.group()) for token in here), ())
            if meant and not (_is_everyday(said) and not said.isupper()):
                for term in meant:
                    found.setdefault(term.id, Recognised(term, said, start, end))
                at += length
                break
        else:
            at += 1
    return tuple(found.values())


def _is_everyday(said: str) -> bool:
    return said.casefold() in _EVERYDAY


@lru_cache(maxsize=8)
def _names(words: Vocabulary) -> Mapping[tuple[str, ...], tuple[TermView, ...]]:
    """Each name as its folded words -> the terms it stands for."""
    found: dict[tuple[str, ...], dict[int, TermView]] = {}
    for facet in words.facets:
        for term in facet.terms:
            for name in (term.label, *term.synonyms):
                for variant in _variants(name):
                    found.setdefault(variant, {})[term.id] = term
    return {name: tuple(terms.values()) for name, terms in found.items()}


def _variants(name: str) -> Iterator[tuple[str, ...]]:
    """A name as it may be written: "A & B" also as "A and B", hyphens open or closed."""
    for written in {name, name.replace("&", " and "), name.replace("-", "")}:
        parts = tuple(_folded(word) for word in _WORD.findall(written))
        if parts:
            yield parts


def _folded(word: str) -> str:
    plain = rules.term_key(word).replace("-", "")
    if len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss"):
        plain = plain[:-1]
        if len(plain) > 3 and plain.endswith("ie"):
            plain = f"{plain[:-2]}y"
    return plain
