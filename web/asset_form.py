"""The form of an asset: what was typed, kept as it was typed, and the edit that it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from contentlib.asset.queries import AssetDetail
from contentlib.asset.service import Edit
from contentlib.errors import InvalidInput
from contentlib.taxonomy.queries import Vocabulary

# What the customer of a story allows, as a page says it.
RIGHTS: Mapping[str, tuple[str, str]] = {
    "named": ("May be named", "The customer may be named to buyers."),
    "anonymous": ("Without the name", "The story may be told, the customer not named."),
    "on_request": ("Ask first", "Ask the owner before it goes to a buyer."),
    "none": ("No right", "The customer gave no right to be referred to; it cannot be shared."),
}
_LARGEST_COST = Decimal(10) ** 10
_DATES = {"review_by": "review-by", "expires_on": "expiry", "rights_until": "rights"}


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields as text, just as they stand in the form. `terms` are "facet:id"."""

    title: str
    summary: str
    audience: str
    owner: str
    review_by: str
    expires_on: str
    source_url: str
    customer: str
    reference_rights: str
    rights_regions: str
    rights_until: str
    production_cost: str
    terms: frozenset[str]


def of_detail(detail: AssetDetail) -> Filled:
    """The form as it opens."""
    line = detail.line
    return Filled(
        title=line.title,
        summary=line.summary,
        audience=line.audience,
        owner=detail.owner_email or "",
        review_by=_iso(line.review_by),
        expires_on=_iso(line.expires_on),
        source_url=detail.source_url or "",
        customer=detail.customer or "",
        reference_rights=detail.reference_rights,
        rights_regions=", ".join(detail.rights_regions),
        rights_until=_iso(detail.rights_until),
        production_cost="" if detail.production_cost is None else str(detail.production_cost),
        terms=frozenset(f"{term.facet}:{term.id}" for term in line.terms),
    )


def of_form(form: MultiDict[str, str]) -> Filled:
    """What was sent, trimmed and otherwise untouched."""
    names = [name for name in Filled.__slots__ if name != "terms"]
    texts = {name: form.get(name, "").strip() for name in names}
    return Filled(**texts, terms=frozenset(form.getlist("term")))


def checked(filled: Filled, vocabulary: Vocabulary) -> Edit:
    """The edit. Raises InvalidInput naming every field that makes no sense."""
    wrong: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for name in _DATES:
        days[name] = _collected(wrong, lambda n=name: _day(n, getattr(filled, n)))  # type: ignore[misc]
    cost = _collected(wrong, lambda: _cost(filled.production_cost))
    url = _collected(wrong, lambda: _address(filled.source_url))
    if not filled.title:
        wrong["title"] = "Give it a title."
    if len(filled.title) > 300:
        wrong["title"] = "At most 300 characters."
    if wrong:
        raise InvalidInput("Some fields need another look; nothing is saved yet.", wrong)
    optional = {**days, "production_cost": cost, "source_url": url, "customer": filled.customer}
    return Edit(
        title=filled.title,
        summary=filled.summary[:5000],
        audience=filled.audience,
        owner_email=filled.owner or None,
        reference_rights=filled.reference_rights,
        rights_regions=[r.strip() for r in filled.rights_regions.split(",") if r.strip()],
        term_ids=_term_ids(filled.terms, vocabulary),
        clear=frozenset(name for name, value in optional.items() if not value),
        **{name: value for name, value in optional.items() if value},  # type: ignore[arg-type]
    )


def day(name: str, text: str) -> date:
    """A day that must be there. Raises InvalidInput."""
    found = _day(name, text.strip())
    if found is None:
        raise InvalidInput("Give the day.", {name: "Give the day."})
    return found
