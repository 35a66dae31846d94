"""The import manifest of the built library: one row an asset, dates made from day offsets."""

from datetime import date, timedelta
from typing import Any

from contentlib.demo.documents.page import address_of
from contentlib.demo.documents.source import Authored

FACETS = ("industry", "region", "persona", "stage", "product", "competitor", "use_case")
_AS_WRITTEN = ("customer", "reference_rights", "rights_regions", "production_cost")


def row(asset: Authored, *, path: str, older_versions: list[str], today: date) -> dict[str, Any]:
    """One manifest row.

    `path` and `older_versions` (oldest first) are relative to the manifest. Dates are ISO dates,
    `production_cost` is in euros, facets are lists of term keys. Keys without a value are absent.
    """
    facts = asset.facts
    filled: dict[str, Any] = {
        "external_id": asset.external_id,
        "title": asset.title,
        "path": path,
        "content_type": asset.content_type,
        "owner": facts["owner"],
        "published_at": _day(today, -facts["published_days_ago"]),
        "audience": facts.get("audience", "external"),
    }
    if "review_in_days" in facts:
        filled["review_by"] = _day(today, facts["review_in_days"])
    if "expires_in_days" in facts:
        filled["expires_at"] = _day(today, facts["expires_in_days"])
    if asset.summary:
        filled["summary"] = asset.summary
    if asset.format == "html":
        filled["source_url"] = address_of(asset)
    filled.update({key: facts[key] for key in _AS_WRITTEN if key in facts})
    if "rights_until_days" in facts:
        filled["rights_until"] = _day(today, facts["rights_until_days"])
    filled.update({facet: asset.terms(facet) for facet in FACETS if asset.terms(facet)})
    if older_versions:
        filled["older_versions"] = older_versions
    return filled


def _day(today: date, offset: int) -> str:
    return (today + timedelta(days=offset)).isoformat()
