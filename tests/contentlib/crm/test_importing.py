"""Accounts and deals from a CRM's export, and who sees them."""

import pytest

from contentlib.crm import importing, queries
from contentlib.errors import NotFound
from contentlib.library import Library
from contentlib.taxonomy import service as taxonomy
from tests.cast import hire

ACCOUNTS = [{"external_id": "A1", "name": "Hallstrom", "industry": "Grocery", "employees": "1,200"}]


def _deal(**values: str) -> dict[str, str]:
    return {
        "external_id": "O1",
        "name": "Hallstrom yard",
        "account_external_id": "A1",
        "owner_email": "rosa@contentlib.example",
        "stage": "Discovery",
        "amount": "40000",
        "created_at": "2026-01-10",
    } | values


def _import(library: Library, *rows: dict[str, str]) -> importing.Imported:
    with library.database.unit_of_work() as session:
        for facet_key, label in (("industry", "Grocery"), ("stage", "Discovery")):
            facet = taxonomy.put_facet(
                session, key=facet_key, label=facet_key, many=True, position=0
            )
            taxonomy.put_term(session, facet=facet, label=label)
            taxonomy.put_term(session, facet=facet, label="Evaluation")
        importing.import_accounts(session, ACCOUNTS, now=library.clock.now())
        return importing.import_opportunities(session, rows, now=library.clock.now())


def test_a_new_deal_leaves_its_beginning_and_first_stage_as_events(
    either_library: Library,
) -> None:
    cast = hire(either_library)
    assert _import(either_library, _deal()).added == 1
    with either_library.database.reading() as session:
        (line,) = queries.listed(session, cast.rosa).lines
        detail = queries.visible_opportunity(session, cast.rosa, line.public_id)
    assert (line.account, line.stage, line.is_own) == ("Hallstrom", "Discovery", True)
    assert [kind for _, kind, _, _ in detail.changes] == ["opportunity_created", "stage_changed"]
    assert detail.facets["industry"] == ("Grocery",)


def test_importing_again_adds_only_what_changed(library: Library) -> None:
    cast = hire(library)
    _import(library, _deal())
    assert _import(library, _deal()).unchanged == 1
    done = _import(library, _deal(stage="Evaluation", amount="50000"))
    assert (done.added, done.changed) == (0, 1)
    with library.database.reading() as session:
        (line,) = queries.listed(session, cast.rosa).lines
        detail = queries.visible_opportunity(session, cast.rosa, line.public_id)
    assert [kind for _, kind, _, _ in detail.changes] == [
        "opportunity_created",
        "stage_changed",
        "stage_changed",
        "amount_changed",
    ]


def test_a_won_deal_is_closed_and_leaves_the_open_list(library: Library) -> None:
    cast = hire(library)
    _import(library, _deal(outcome="won", closed_at="2026-02-20"))
    with library.database.reading() as session:
        assert queries.listed(session, cast.rosa).total == 0
        (line,) = queries.listed(session, cast.rosa, only_open=False).lines
    assert line.outcome == "won"
    assert line.closed_at is not None and line.closed_at.date().isoformat() == "2026-02-20"


def test_a_row_that_makes_no_sense_is_told_and_the_others_go_on(library: Library) -> None:
    hire(library)
    done = _import(
        library,
        _deal(external_id="", name="x"),
        _deal(external_id="O2", amount="much", stage="Limbo", owner_email="who@x.example"),
    )
    assert done.added == 1
    assert len(done.refused) == 1 and "Line 2" in done.refused[0]
    assert len(done.warnings) == 3


def test_a_rep_sees_their_teams_deals_and_no_others(either_library: Library) -> None:
    cast = hire(either_library)
    _import(either_library, _deal())
    seen = {}
    with either_library.database.reading() as session:
        for viewer in cast.everybody():
            seen[viewer.name] = queries.listed(session, viewer).total
        public_id = queries.listed(session, cast.rosa).lines[0].public_id
        with pytest.raises(NotFound):
            queries.visible_opportunity(session, cast.wes, public_id)
    assert seen == {"Mira": 0, "Adam": 1, "Nora": 1, "Rosa": 1, "Ravi": 1, "Walt": 0, "Wes": 0}


def test_a_search_for_a_percent_sign_finds_no_everything(library: Library) -> None:
    cast = hire(library)
    _import(library, _deal())
    with library.database.reading() as session:
        assert queries.listed(session, cast.rosa, text="%").total == 0
        assert queries.listed(session, cast.rosa, text="HALL").total == 1
