"""From what is known of a deal to what is wanted: a CRM's record, pasted text, fields. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from contentlib.crm.deal_queries import DealFacts
from contentlib.errors import InvalidInput
from contentlib.recommendation.deal import Chip, Deal
from contentlib.taxonomy.queries import FacetView, TermView, Vocabulary
from contentlib.taxonomy.recognition import recognise

LONGEST_TEXT = 20_000
_MOST_CHIPS = 24
# Of these a deal has what the CRM says; a word in its notes does not change it.
_SETTLED_BY_CRM = frozenset({"industry", "region", "stage", "size"})
# What other programs call our facets.
_ALSO_CALLED = {
    "country": "region",
    "contact": "persona",
    "role": "persona",
    "competitors": "competitor",
    "products": "product",
    "personas": "persona",
    "use_cases": "use_case",
    "type": "content_type",
}
_SAID = {"pain": "pain", "problem": "pain", "notes": "notes", "note": "notes", "text": "notes"}
_ACCOUNT = frozenset({"account", "customer", "company"})
_EMPLOYEES = re.compile(
    r"\b(\d{1,3}(?:[,. ]\d{3})+|\d{1,7})\s*(k)?\+?\s+"
    r"(?:employees|people|staff|colleagues|workers|heads|FTEs?)\b",
    re.IGNORECASE,
)
_MAIL_HEADER = re.compile(
    r"^\s*>*\s*(?:from|to|cc|bcc|sent|date|reply-to|message-id)\s*:.*$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTE_MARKS = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+")


def of_opportunity(facts: DealFacts, words: Vocabulary) -> Deal:
    """A deal of the CRM: its account's and its own terms, its contacts' personas, its notes."""
    chips = [
        _of_term(term, words, source)
        for source, term in ((source, words.by_id(i)) for source, i in facts.term_ids)
        if term is not None
    ]
    chips += _size(facts.employees, words, "account", chips)
    chips += _named_in(facts.notes, words, chips)
    return Deal(
        chips=_distinct(chips, words),
        notes=facts.notes.strip(),
        account=facts.account,
        account_id=facts.account_id,
        opportunity_id=facts.opportunity_id,
    )


def of_text(text: str, words: Vocabulary) -> Deal:
    """A pasted mail thread or call notes. Raises InvalidInput for a blank one."""
    said = _ADDRESS.sub(" ", _MAIL_HEADER.sub("", _QUOTE_MARKS.sub("", text[:LONGEST_TEXT])))
    said = "\n".join(line.strip() for line in said.splitlines() if line.strip())
    if not re.search(r"\w", said):
        raise InvalidInput(
            "Paste what the buyer wrote, or your notes of the call.", {"text": "There is no text."}
        )
    chips = [
        _of_term(found.term, words, "notes")
        for found in recognise(said, words)
        if found.term.facet != "size"
    ]
    chips += _size(_employees_in(said), words, "notes", chips)
    return Deal(chips=_distinct(chips, words), notes=said)


def of_fields(given: Mapping[str, Any], words: Vocabulary) -> Deal:
    """A deal as another program tells it: facets by name, employees, pain, notes, account.

    A value outside the vocabulary counts by its words. Keys that mean nothing to us are listed
    in `ignored`. Raises InvalidInput when nothing is left to ask with, or a value is odd.
    """
    if not isinstance(given, Mapping):
        raise InvalidInput("A deal is an object with fields such as industry, stage and notes.")
    chips: list[Chip] = []
    said = {"pain": "", "notes": ""}
    account, ignored = "", []
    employees: int | None = None
    for key, value in given.items():
        facet = words.facet(_ALSO_CALLED.get(key, key))
        if value in (None, "", []):
            continue
        if key in _SAID:
            said[_SAID[key]] = f"{said[_SAID[key]]} {_text(key, value)}".strip()
        elif key in _ACCOUNT:
            account = _text(key, value)
        elif key == "employees":
            employees = _whole(key, value)
        elif facet is not None:
            for name in value if isinstance(value, list | tuple) else [value]:
                chips += _of_name(_text(key, name), facet, words)
        else:
            ignored.append(str(key))
    chips += _size(employees, words, "given", chips)
    chips += _named_in(f"{said['pain']}\n{said['notes']}", words, chips)
    deal = Deal(
        chips=_distinct(chips, words),
        pain=said["pain"][:LONGEST_TEXT],
        notes=said["notes"][:LONGEST_TEXT],
        account=account,
        ignored=tuple(ignored),
    )
    if deal.is_blank:
        raise InvalidInput(
            "There is nothing to go by: give an industry, a product, a pain or notes."
        )
    return deal


def _of_term(term: TermView, words: Vocabulary, source: str) -> Chip:
    facet = words.facet(term.facet)
    label = facet.label if facet else term.facet
    return Chip(f"{term.facet}:{term.key}", term.facet, label, term.label, source, term)


def _of_name(name: str, facet: FacetView, words: Vocabulary) -> list[Chip]:
    """The facet's terms of that name, or that stand in it; else the name as words."""
    exact = words.term(facet.key, name)
    if exact is not None:
        return [_of_term(exact, words, "given")]
    within = [found.term for found in recognise(name, words) if found.term.facet == facet.key]
    if within:
        return [_of_term(term, words, "given") for term in within]
    return [Chip(f"{facet.key}:~{name[:60]}", facet.key, facet.label, name[:200], "given")]


def _named_in(text: str, words: Vocabulary, known: list[Chip]) -> list[Chip]:
    """Terms in the notes, of facets that the record itself does not settle."""
    settled = {chip.facet for chip in known} & _SETTLED_BY_CRM
    return [
        _of_term(found.term, words, "notes")
        for found in recognise(text, words)
        if found.term.facet not in settled and found.term.facet != "size"
    ]


def _size(
    employees: int | None, words: Vocabulary, source: str, known: Iterable[Chip]
) -> list[Chip]:
    if employees is None or any(chip.facet == "size" for chip in known):
        return []
    band = words.size_band(employees)
    return [_of_term(band, words, source)] if band else []


def _employees_in(text: str) -> int | None:
    found = _EMPLOYEES.search(text)
    if found is None:
        return None
    return int(re.sub(r"\D", "", found.group(1))) * (1000 if found.group(2) else 1)


def _distinct(chips: Iterable[Chip], words: Vocabulary) -> tuple[Chip, ...]:
    """Each once, facet by facet; what the notes name less exactly than the record is left out."""
    kept: dict[str, Chip] = {}
    for chip in chips:
        others = [c.term for c in kept.values() if c.term and c.facet == chip.facet]
        vaguer = chip.term is not None and any(chip.term.id in words.ancestors(t) for t in others)
        if chip.key not in kept and not (chip.source == "notes" and vaguer):
            kept[chip.key] = chip
    places = {facet.key: place for place, facet in enumerate(words.facets)}
    ordered = sorted(kept.values(), key=lambda chip: places.get(chip.facet, len(places)))
    return tuple(ordered[:_MOST_CHIPS])


def _text(key: str, value: Any) -> str:
    if isinstance(value, dict | list | tuple):
        raise InvalidInput(f"{key}: give text.", {key: "Give text."})
    return " ".join(str(value).split())


def _whole(key: str, value: Any) -> int:
    try:
        number = int(str(value).replace(",", ""))
    except ValueError:
        number = -1
    if not 0 <= number < 10**8:
        raise InvalidInput(f"{key}: {value!r} is not a number of people.", {key: "Give a number."})
    return number
