"""Why an asset is suggested: each reason true by itself, and checkable by what it names. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from contentlib.asset.indexing import PassageLine
from contentlib.asset.traits import Traits
from contentlib.recommendation.evidence_queries import Alike
from contentlib.recommendation.ranking import Scored
from contentlib.taxonomy.nearness import Agreement

Kind = Literal["facet", "passage", "sent", "fresh", "new", "already_sent", "caution"]

_FRESH = timedelta(days=90)
_NEW = timedelta(days=60)
# A row of chips is read, a long one is not.
_MOST_FACETS = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `facts` hold what `text` says as values: keys, ids, counts, days."""

    kind: Kind
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def reasons(
    entry: Scored,
    *,
    passage: PassageLine | None,
    alike: Alike | None,
    deals_sent_in: int,
    was_ever_sent: bool,
    today: date,
) -> tuple[Reason, ...]:
    """The reasons for a suggestion, strongest first, then what speaks for caution."""
    near = sorted(entry.agreed.facets, key=lambda a: -a.nearness)[:_MOST_FACETS]
    found = [_agrees(agreement) for agreement in near]
    if passage is not None:
        found.append(_speaks(passage))
    if alike is not None and deals_sent_in:
        found.append(_was_sent(alike, deals_sent_in))
    found += _age(entry.traits, was_ever_sent=was_ever_sent, today=today)
    if entry.sent_at is not None:
        on = entry.sent_at.date()
        text = f"This account got it on {_day(on)}"
        found.append(Reason("already_sent", text, {"on": on.isoformat()}))
    return (*found, *_cautions(entry.traits, today))


def _agrees(agreement: Agreement) -> Reason:
    wanted, through = agreement.wanted, agreement.through or agreement.wanted
    return Reason(
        "facet",
        agreement.in_words,
        {
            "facet": wanted.facet,
            "wanted": wanted.key,
            "term": through.key,
            "nearness": agreement.nearness,
        },
    )


def _speaks(passage: PassageLine) -> Reason:
    where = "In the speaker notes of" if passage.is_notes else "On"
    return Reason(
        "passage",
        f"{where} page {passage.page}",
        {"passage_id": passage.id, "page": passage.page, "is_notes": passage.is_notes},
    )


def _was_sent(alike: Alike, deals: int) -> Reason:
    about = alike.term.label
    which = f"{about} deal" if alike.term.facet == "industry" else f"deal about {about}"
    kind, _, rest = which.partition("deal")
    plural = f"{kind}deal{'s' if deals != 1 else ''}{rest}"
    return Reason(
        "sent",
        f"Sent in {deals} other {plural}",
        {"deals": deals, "facet": alike.term.facet, "term": alike.term.key},
    )


def _age(traits: Traits, *, was_ever_sent: bool, today: date) -> list[Reason]:
    if traits.published_at is None:
        return []
    on = traits.published_at.date()
    facts = {"published_on": on.isoformat()}
    if not was_ever_sent:
        is_new = today - on <= _NEW
        text = f"New, untested: published {_day(on)}" if is_new else "Not sent to anybody yet"
        return [Reason("new", text, facts)]
    if today - on <= _FRESH:
        return [Reason("fresh", f"Published {_day(on)}", facts)]
    if traits.review_by is not None and traits.review_by >= today:
        due = traits.review_by
        return [
            Reason("fresh", f"Kept up to date: next review {_day(due)}", {"review_by": str(due)})
        ]
    return []


def _cautions(traits: Traits, today: date) -> list[Reason]:
    said = []
    if traits.review_by is not None and traits.review_by < today:
        due = traits.review_by
        text = f"Review was due {_day(due)}"
        said.append(Reason("caution", text, {"review_by": due.isoformat()}))
    if traits.reference_rights == "on_request":
        text = "Ask the customer first"
        said.append(Reason("caution", text, {"reference_rights": "on_request"}))
    if traits.reference_rights == "anonymous":
        text = "Do not name the customer"
        said.append(Reason("caution", text, {"reference_rights": "anonymous"}))
    return said


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
