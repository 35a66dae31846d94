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
RIGHTS: Mapping[str, str] = {
    "named": "The customer may be named to buyers.",
    "anonymous": "The story may be told, the customer not named.",
    "on_request": "Ask the owner before it goes to a buyer.",
    "none": "The customer gave no right to be referred to; it cannot be shared.",
}
_LARGEST_COST = Decimal(10) ** 10
_MAY_BE_EMPTY = (
    "review_by",
    "expires_on",
    "rights_until",
    "production_cost",
    "source_url",
    "customer",
)


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
    customer_competitors: str
    rights_until: str
    production_cost: str
    terms: frozenset[str]

    def terms_of(self, facet_key: str) -> list[str]:
        return [value for value in self.terms if value.startswith(f"{facet_key}:")]


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
        customer_competitors=", ".join(detail.customer_competitors),
        rights_until=_iso(detail.rights_until),
        production_cost="" if detail.production_cost is None else str(detail.production_cost),
        terms=frozenset(f"{term.facet}:{term.id}" for term in line.terms),
    )


def of_form(form: MultiDict[str, str]) -> Filled:
    """What was sent, trimmed and otherwise untouched."""
    names = [name for name in Filled.__slots__ if name != "terms"]
    texts = {name: form.get(name, "").strip() for name in names}
    # a facet of which only one term is chosen has radio buttons under a name of their own
    chosen = (form.getlist(name) for name in form if name == "term" or name.startswith("term-"))
    return Filled(**texts, terms=frozenset(v for values in chosen for v in values if v))


def checked(filled: Filled, vocabulary: Vocabulary) -> Edit:
    """The edit. Raises InvalidInput naming every field that makes no sense."""
    wrong: dict[str, str] = {}
    if not 1 <= len(filled.title) <= 300:
        wrong["title"] = "Give it a title." if not filled.title else "At most 300 characters."
    if len(filled.customer) > 300:
        wrong["customer"] = "At most 300 characters."
    edit = Edit(
        title=filled.title,
        summary=filled.summary[:5000],
        audience=filled.audience,
        owner_email=filled.owner or None,
        review_by=_day("review_by", filled.review_by, wrong),
        expires_on=_day("expires_on", filled.expires_on, wrong),
        source_url=_address("source_url", filled.source_url, wrong),
        customer=filled.customer or None,
        reference_rights=filled.reference_rights,
        rights_regions=_listed(filled.rights_regions),
        customer_competitors=_listed(filled.customer_competitors),
        rights_until=_day("rights_until", filled.rights_until, wrong),
        production_cost=_cost("production_cost", filled.production_cost, wrong),
        term_ids=_term_ids(filled.terms, vocabulary),
        clear=frozenset(name for name in _MAY_BE_EMPTY if not getattr(filled, name)),
    )
    if wrong:
        raise InvalidInput("Some fields need another look; nothing is saved yet.", wrong)
    return edit


def day(name: str, text: str) -> date:
    """A day that must be there. Raises InvalidInput."""
    wrong: dict[str, str] = {}
    found = _day(name, text.strip(), wrong)
    if found is None:
        raise InvalidInput("Give the day as year-month-day.", wrong or {name: "Give the day."})
    return found


def _day(name: str, text: str, wrong: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong[name] = "Write it as year-month-day, such as 2026-11-30."
        return None


def _cost(name: str, text: str, wrong: dict[str, str]) -> Decimal | None:
    if not text:
        return None
    try:
        cost = Decimal(text.replace(" ", ""))
    except InvalidOperation:
        cost = Decimal(-1)
    if not (cost.is_finite() and 0 <= cost < _LARGEST_COST):
        wrong[name] = "Write an amount with a point and without a currency, such as 4500.00."
        return None
    return round(cost, 2)


def _address(name: str, text: str, wrong: dict[str, str]) -> str | None:
    """Only http(s): the page makes a link of it, and a link may run a script."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        wrong[name] = "Give the whole address, such as https://example.com/page."
        return None
    return text


def _term_ids(chosen: frozenset[str], vocabulary: Vocabulary) -> dict[str, tuple[int, ...]]:
    """Each facet with its chosen terms: a facet without any loses those it had."""
    found = {}
    for facet in vocabulary.facets:
        ids = tuple(term.id for term in facet.terms if f"{facet.key}:{term.id}" in chosen)
        found[facet.key] = ids if facet.many else ids[:1]
    return found


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _iso(value: date | None) -> str:
    return "" if value is None else value.isoformat()
