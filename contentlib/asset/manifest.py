"""What one row of an import manifest says, checked; unknown keys are kept and reported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from contentlib.asset.rules import AUDIENCES, REFERENCE_RIGHTS
from contentlib.taxonomy.queries import Vocabulary

# Keys that say where the content is, and not what it is.
SOURCE_KEYS = frozenset({"path", "url", "text", "older_versions", "version_of", "separate"})
_DATES = ("published_at", "review_by", "expires_at", "rights_until")
_TEXTS = ("external_id", "title", "summary", "owner", "source_url", "customer")


@dataclass(frozen=True, slots=True)
class Fields:
    """The checked values of a row. None: the row does not say. `terms` by facet key.

    `unknown_terms` are facet values outside the vocabulary, `custom` keys that mean nothing
    to us; `warnings` says so in sentences.
    """

    external_id: str | None = None
    title: str | None = None
    summary: str | None = None
    owner: str | None = None
    source_url: str | None = None
    customer: str | None = None
    audience: str | None = None
    reference_rights: str | None = None
    rights_regions: list[str] | None = None
    rights_until: date | None = None
    customer_competitors: list[str] | None = None
    published_on: date | None = None
    review_by: date | None = None
    expires_on: date | None = None
    production_cost: Decimal | None = None
    terms: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def facet_values(row: Mapping[str, Any], facet_key: str) -> list[str]:
    """The names a row gives for a facet: a list, or text parted by ';' or '|'."""
    value = row.get(facet_key)
    if value is None or isinstance(value, dict):
        return []
    given = value if isinstance(value, list) else str(value).replace("|", ";").split(";")
    return [text for text in (str(part).strip() for part in given) if text]


def read_row(row: Mapping[str, Any], vocabulary: Vocabulary) -> Fields:
    """Never raises: what makes no sense is left out, with a warning."""
    warnings: list[str] = []
    texts = {key: _text(row.get(key)) for key in _TEXTS}
    dates = {key: _date(key, row.get(key), warnings) for key in _DATES}
    terms: dict[str, tuple[int, ...]] = {}
    custom: dict[str, Any] = {}
    for facet in vocabulary.facets:
        found, unknown = [], []
        for name in facet_values(row, facet.key):
            term = vocabulary.term(facet.key, name)
            if term is None:
                unknown.append(name)
            elif term.id not in found:
                found.append(term.id)
        if found:
            terms[facet.key] = tuple(found if facet.many else found[:1])
        if unknown:
            custom[facet.key] = unknown
            listed = ", ".join(unknown)
            warnings.append(
                f"{facet.label}: {listed} is not in the vocabulary; kept as a custom property."
            )
    known = {f.key for f in vocabulary.facets} | SOURCE_KEYS | {*_TEXTS, *_DATES}
    known |= {
        "audience",
        "reference_rights",
        "rights_regions",
        "customer_competitors",
        "production_cost",
    }
    odd = [key for key in row if key not in known and row[key] not in (None, "", [])]
    custom.update({key: row[key] for key in odd})
    if odd:
        warnings.append(f"Kept as custom properties: {', '.join(sorted(odd))}.")
    return Fields(
        external_id=texts["external_id"],
        title=texts["title"],
        summary=texts["summary"],
        owner=texts["owner"],
        source_url=texts["source_url"],
        customer=texts["customer"],
        audience=_one_of("audience", row, AUDIENCES, warnings),
        reference_rights=_one_of("reference_rights", row, REFERENCE_RIGHTS, warnings),
        rights_regions=facet_values(row, "rights_regions") or None,
        rights_until=dates["rights_until"],
        customer_competitors=facet_values(row, "customer_competitors") or None,
        published_on=dates["published_at"],
        review_by=dates["review_by"],
        expires_on=dates["expires_at"],
        production_cost=_amount(row.get("production_cost"), warnings),
        terms=terms,
        custom=custom,
        warnings=tuple(warnings),
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return " ".join(str(value).split()) or None


def _date(key: str, value: Any, warnings: list[str]) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        warnings.append(f"{key}: {value!r} is not a date such as 2026-03-31; left out.")
        return None


def _one_of(
    key: str, row: Mapping[str, Any], allowed: tuple[str, ...], warnings: list[str]
) -> str | None:
    value = _text(row.get(key))
    if value is None:
        return None
    if value.casefold() in allowed:
        return value.casefold()
    warnings.append(f"{key}: {value!r} is none of {', '.join(allowed)}; left out.")
    return None


def _amount(value: Any, warnings: list[str]) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        amount = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount >= Decimal("1e10"):
        warnings.append(f"production_cost: {value!r} is not an amount; left out.")
        return None
    return amount.quantize(Decimal("0.01"))
