"""Every reason shown in a sample of fifty recommendations, derived again from the database."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from contentlib.crm.deal_queries import deal_facts
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.member.queries import by_email, viewer_of
from contentlib.member.rules import Viewer
from contentlib.recommendation.deal import Deal
from contentlib.recommendation.queries import Recommendation, recommend
from contentlib.recommendation.reasons import Reason
from contentlib.recommendation.understanding import of_opportunity
from contentlib.sending.models import Send
from contentlib.taxonomy.queries import vocabulary

SAMPLE = 50
Shown = tuple[Deal, Recommendation]


def _rows(session: Session, statement: str, **values: Any) -> list[Any]:
    return list(session.execute(text(statement), values))


@pytest.fixture(scope="module")
def sends(demo_library: Library) -> None:
    """Two hundred sends in deals of all kinds; one asset in three was never sent."""
    chance = random.Random(3)
    now = demo_library.clock.now()
    with demo_library.database.unit_of_work() as session:
        deals = _rows(session, "SELECT id, owner_id FROM opportunities WHERE owner_id IS NOT NULL")
        assets = _rows(
            session,
            "SELECT id, current_version_id FROM assets"
            " WHERE state = 'published' AND audience = 'external' AND id % 3 <> 0",
        )
        for deal_id, owner_id in chance.sample(deals, 200):
            asset_id, version_id = chance.choice(assets)
            session.add(
                Send(
                    member_id=owner_id,
                    role="rep",
                    asset_id=asset_id,
                    version_id=version_id,
                    opportunity_id=deal_id,
                    channel="link",
                    evidence="declared",
                    message_key=public_id(),
                    recipient_domains=[],
                    at=now - timedelta(days=chance.randint(1, 400)),
                )
            )


@pytest.fixture(scope="module")
def admin(demo_library: Library) -> Viewer:
    with demo_library.database.reading() as session:
        member = by_email(session, "ingrid.solheim@norrvane.example")
        assert member is not None
        return viewer_of(session, member)


@pytest.fixture(scope="module")
def shown(demo_library: Library, sends: None, admin: Viewer) -> list[Shown]:
    """Recommendations for open deals of all kinds, some that already got something."""
    with demo_library.database.reading() as session:
        deals = _rows(
            session,
            # those whose account got something first: its mark is a reason too
            "SELECT o.public_id FROM opportunities o WHERE o.outcome IS NULL ORDER BY o.account_id"
            " NOT IN (SELECT p.account_id FROM sends s JOIN opportunities p"
            " ON p.id = s.opportunity_id), o.id",
        )
        words = vocabulary(session)
        found: list[Shown] = []
        for (deal_id,) in deals[:25]:
            deal = of_opportunity(deal_facts(session, admin, deal_id), words)
            if deal.is_blank:
                continue
            answer = recommend(
                session,
                demo_library.index,
                demo_library.permitted,
                admin,
                deal=deal,
                today=demo_library.clock.now().date(),
                floor=demo_library.settings.search_floor,
                limit=30,
                words=words,
            )
            found += [(deal, result) for result in answer.results]
    # what an account got already stands far down: some of those belong into the sample too
    marked = [s for s in found if any(r.kind == "already_sent" for r in s[1].reasons)]
    others = random.Random(11).sample([s for s in found if s not in marked[:5]], SAMPLE - 5)
    return [*marked[:5], *others]


def test_there_is_a_reason_of_most_kinds_in_the_sample(shown: list[Shown]) -> None:
    kinds = Counter(reason.kind for _, result in shown for reason in result.reasons)
    assert {"facet", "passage", "sent", "new", "already_sent", "fresh"} <= kinds.keys(), kinds
    assert all(result.reasons for _, result in shown)


def test_every_reason_can_be_derived_from_the_database(
    demo_library: Library, shown: list[Shown]
) -> None:
    today = demo_library.clock.now().date()
    with demo_library.database.reading() as session:
        for deal, result in shown:
            for reason in result.reasons:
                _CHECKS[reason.kind](session, deal, result, reason, today)


def _facet(session: Session, deal: Deal, result: Recommendation, reason: Reason, _: date) -> None:
    facts = reason.facts
    has = _rows(
        session,
        "SELECT t.id, t.parent_id, t.position, t.label FROM asset_terms a"
        " JOIN terms t ON t.id = a.term_id JOIN facets f ON f.id = t.facet_id"
        " WHERE a.asset_id = :asset AND f.key = :facet AND t.key = :term",
        asset=result.line.id,
        facet=facts["facet"],
        term=facts["term"],
    )
    assert len(has) == 1, reason
    wanted = next(t for t in deal.terms if (t.facet, t.key) == (facts["facet"], facts["wanted"]))
    assert reason.text.startswith(has[0].label)
    if facts["term"] == facts["wanted"]:
        assert facts["nearness"] == 1
        return
    assert reason.text == f"{has[0].label}, near {wanted.label}"
    above = _above(session, wanted.id), _above(session, has[0].id)
    is_family = has[0].id in above[0] or wanted.id in above[1]
    is_sibling = has[0].parent_id is not None and has[0].parent_id == wanted.parent_id
    ordered = _rows(
        session, "SELECT is_ordered FROM facets WHERE key = :facet", facet=facts["facet"]
    )
    is_next = bool(ordered[0].is_ordered) and abs(has[0].position - wanted.position) == 1
    assert is_family or is_sibling or is_next, reason


def _above(session: Session, term_id: int) -> set[int]:
    found = _rows(
        session,
        "WITH RECURSIVE up(id) AS (SELECT parent_id FROM terms WHERE id = :id UNION"
        " SELECT t.parent_id FROM terms t JOIN up ON up.id = t.id) SELECT id FROM up",
        id=term_id,
    )
    return {row.id for row in found if row.id is not None}


def _passage(session: Session, _: Deal, result: Recommendation, reason: Reason, __: date) -> None:
    (row,) = _rows(
        session,
        "SELECT p.page, p.is_notes, a.id FROM passages p"
        " JOIN assets a ON a.current_version_id = p.version_id WHERE p.id = :id",
        id=reason.facts["passage_id"],
    )
    assert (row.id, row.page) == (result.line.id, reason.facts["page"])
    assert f"page {row.page}" in reason.text
    assert bool(row.is_notes) == reason.text.startswith("In the speaker notes")


def _sent(session: Session, deal: Deal, result: Recommendation, reason: Reason, _: date) -> None:
    facet = reason.facts["facet"]
    link = (
        "account_terms x ON x.account_id = o.account_id"
        if facet == "industry"
        else "opportunity_terms x ON x.opportunity_id = o.id"
    )
    rows = _rows(
        session,
        "WITH RECURSIVE down(id) AS (SELECT t.id FROM terms t JOIN facets f ON f.id = t.facet_id"
        " WHERE f.key = :facet AND t.key = :term UNION SELECT t.id FROM terms t"
        " JOIN down ON t.parent_id = down.id)"
        " SELECT DISTINCT s.opportunity_id FROM sends s JOIN opportunities o"
        f" ON o.id = s.opportunity_id JOIN {link} WHERE x.term_id IN (SELECT id FROM down)"
        " AND s.asset_id = :asset AND o.id <> :deal",
        facet=facet,
        term=reason.facts["term"],
        asset=result.line.id,
        deal=deal.opportunity_id,
    )
    assert len(rows) == reason.facts["deals"] > 0
    assert f"Sent in {len(rows)} other" in reason.text


def _new(session: Session, _: Deal, result: Recommendation, reason: Reason, today: date) -> None:
    assert _rows(session, "SELECT 1 FROM sends WHERE asset_id = :id", id=result.line.id) == []
    assert _published(session, result) == date.fromisoformat(reason.facts["published_on"])
    is_new = today - _published(session, result) <= timedelta(days=60)
    assert reason.text.startswith("New, untested" if is_new else "Not sent to anybody yet")


def _fresh(session: Session, _: Deal, result: Recommendation, reason: Reason, today: date) -> None:
    if "published_on" in reason.facts:
        on = _published(session, result)
        assert on == date.fromisoformat(reason.facts["published_on"])
        assert today - on <= timedelta(days=90)
    else:
        assert _review_by(session, result) == date.fromisoformat(reason.facts["review_by"]) >= today


def _already(session: Session, deal: Deal, result: Recommendation, reason: Reason, _: date) -> None:
    rows = _rows(
        session,
        "SELECT max(s.at) AS at FROM sends s JOIN opportunities o ON o.id = s.opportunity_id"
        " WHERE o.account_id = :account AND s.asset_id = :asset",
        account=deal.account_id,
        asset=result.line.id,
    )
    assert str(rows[0].at)[:10] == reason.facts["on"]


def _caution(session: Session, _: Deal, result: Recommendation, reason: Reason, day: date) -> None:
    if "review_by" in reason.facts:
        assert _review_by(session, result) == date.fromisoformat(reason.facts["review_by"]) < day
        return
    (row,) = _rows(session, "SELECT reference_rights FROM assets WHERE id = :id", id=result.line.id)
    assert row.reference_rights == reason.facts["reference_rights"] in ("on_request", "anonymous")


def _published(session: Session, result: Recommendation) -> date:
    (row,) = _rows(session, "SELECT published_at FROM assets WHERE id = :id", id=result.line.id)
    return date.fromisoformat(str(row.published_at)[:10])


def _review_by(session: Session, result: Recommendation) -> date:
    (row,) = _rows(session, "SELECT review_by FROM assets WHERE id = :id", id=result.line.id)
    return date.fromisoformat(str(row.review_by)[:10])


_CHECKS = {
    "facet": _facet,
    "passage": _passage,
    "sent": _sent,
    "new": _new,
    "fresh": _fresh,
    "already_sent": _already,
    "caution": _caution,
}


def test_nothing_in_the_sample_may_not_be_sent(demo_library: Library, shown: list[Shown]) -> None:
    with demo_library.database.reading() as session:
        for deal, result in shown:
            (row,) = _rows(
                session,
                "SELECT state, audience, customer, reference_rights FROM assets WHERE id = :id",
                id=result.line.id,
            )
            assert (row.state, row.audience) == ("published", "external")
            assert row.reference_rights != "none"
            assert not row.customer or row.customer.casefold() != deal.account.casefold()
