"""What a list is narrowed to, as its address says it: `?facet=industry:retail&sendable=1`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from contentlib.asset.visibility import Narrowing
from contentlib.taxonomy.queries import FacetView, TermView, Vocabulary


@dataclass(frozen=True, slots=True)
class Choice:
    """One chosen term; `value` is how the address writes it."""

    facet: str
    facet_label: str
    term: str
    label: str

    @property
    def value(self) -> str:
        return f"{self.facet}:{self.term}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """All that was chosen, and the narrowing it means."""

    choices: tuple[Choice, ...]
    narrowing: Narrowing

    @property
    def values(self) -> list[str]:
        return [choice.value for choice in self.choices]

    @property
    def terms_by_facet(self) -> dict[str, list[str]]:
        """Facet key -> term keys, as events keep them."""
        found: dict[str, list[str]] = {}
        for choice in self.choices:
            found.setdefault(choice.facet, []).append(choice.term)
        return found

    def args(self, *, without: Choice | None = None) -> dict[str, Any]:
        """The part of an address that says this, with one choice left out."""
        said: dict[str, Any] = {}
        values = [choice.value for choice in self.choices if choice != without]
        if values:
            said["facet"] = values
        if self.narrowing.only_sendable:
            said["sendable"] = "1"
        return said


def read(args: MultiDict[str, str], vocabulary: Vocabulary, *, state: str | None = None) -> Chosen:
    """What the address asks for. A term that is not there is kept, and matches nothing."""
    choices: list[Choice] = []
    wanted: dict[str, frozenset[int]] = {}
    for value in dict.fromkeys(args.getlist("facet")):
        facet_key, _, term_key = value.partition(":")
        facet = vocabulary.facet(facet_key)
        term = vocabulary.term(facet_key, term_key)
        label = term.label if term else term_key
        facet_label = facet.label if facet else facet_key
        key = term.key if term else term_key
        choices.append(Choice(facet_key, facet_label, key, label))
        ids = vocabulary.with_descendants(term) if term else frozenset[int]()
        wanted[facet_key] = wanted.get(facet_key, frozenset()) | ids
    sendable = bool(args.get("sendable"))
    return Chosen(tuple(choices), Narrowing(wanted, only_sendable=sendable, state=state))


@dataclass(frozen=True, slots=True)
class Option:
    """A term beside a list; `depth` is how far below a top term it stands."""

    value: str
    label: str
    definition: str
    count: int
    is_chosen: bool
    depth: int


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """A facet beside a list, with the terms that would leave something."""

    key: str
    label: str
    options: tuple[Option, ...] = field(default=())

    @property
    def has_choice(self) -> bool:
        return any(option.is_chosen for option in self.options)


def groups(
    vocabulary: Vocabulary, chosen: Chosen, counts: Mapping[int, int]
) -> tuple[FacetGroup, ...]:
    """The facets with something to choose; children follow their parent."""
    values = set(chosen.values)
    found = (
        FacetGroup(facet.key, facet.label, tuple(_options(facet, values, counts)))
        for facet in vocabulary.facets
    )
    return tuple(group for group in found if group.options)


def counts_with(
    counts: Mapping[int, int],
    of_narrowed: Mapping[str, Mapping[int, int]],
    vocabulary: Vocabulary,
) -> dict[int, int]:
    """The counts, with those of each narrowed facet in place of its own."""
    narrowed_terms = {
        term.id for facet in vocabulary.facets if facet.key in of_narrowed for term in facet.terms
    }
    merged = {term_id: n for term_id, n in counts.items() if term_id not in narrowed_terms}
    for of_facet in of_narrowed.values():
        merged |= {term_id: n for term_id, n in of_facet.items() if term_id in narrowed_terms}
    return merged


def in_tree_order(facet: FacetView) -> Iterable[tuple[int, TermView]]:
    """The terms of a facet, each child after its parent, with how deep each stands."""
    below: dict[int | None, list[TermView]] = {}
    known = {term.id for term in facet.terms}
    for term in facet.terms:
        parent = term.parent_id if term.parent_id in known else None
        below.setdefault(parent, []).append(term)
    waiting = [(0, term) for term in reversed(below.get(None, []))]
    while waiting:
        depth, term = waiting.pop()
        yield depth, term
        waiting += [(depth + 1, child) for child in reversed(below.get(term.id, []))]


def _options(facet: FacetView, values: set[str], counts: Mapping[int, int]) -> Iterable[Option]:
    for depth, term in in_tree_order(facet):
        value = f"{facet.key}:{term.key}"
        count = counts.get(term.id, 0)
        if count or value in values:
            yield Option(value, term.label, term.definition, count, value in values, depth)
