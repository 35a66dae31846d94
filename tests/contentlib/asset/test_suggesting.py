"""Answering a suggestion: adding keeps all other terms, refusing is kept, nothing else happens."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from contentlib.asset import service, suggesting
from contentlib.asset.models import Asset, TermRefusal
from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.library import Library
from contentlib.taxonomy import service as taxonomy
from contentlib.taxonomy.models import Term
from contentlib.worker import Worker
from tests.cast import Cast, hire
from tests.factories import MONDAY, make_asset

TODAY = MONDAY.date()


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def _put(library: Library, facet: str, label: str, *, many: bool = True, **values: Any) -> int:
    with library.database.unit_of_work() as session:
        row = taxonomy.put_facet(
            session, key=facet, label=facet.replace("_", " ").title(), many=many, position=1
        )
        return taxonomy.put_term(session, facet=row, label=label, **values).id


def _changing(
    library: Library, cast: Cast, public_id: str, change: Callable[..., Any], **values: Any
) -> Any:
    with library.database.unit_of_work() as session:
        asset = service.for_change(session, cast.mira, public_id, today=TODAY)
        return change(session, asset=asset, member_id=cast.mira.member_id, now=MONDAY, **values)


def _labels(library: Library, public_id: str) -> set[str]:
    with library.database.reading() as session:
        asset = session.scalars(select(Asset).where(Asset.public_id == public_id)).one()
        return {term.label for term in asset.terms}


def test_adding_keeps_every_other_term_of_the_facet_and_of_others(
    library: Library, cast: Cast
) -> None:
    public_id = make_asset(library, terms={"industry": ["Parcel"], "region": ["Europe"]})
    grocery = _put(library, "industry", "Grocery")
    added = _changing(library, cast, public_id, suggesting.add_terms, term_ids=[grocery])
    assert [term.id for term in added] == [grocery]
    assert _labels(library, public_id) == {"Parcel", "Europe", "Grocery"}


def test_an_added_term_reaches_the_index(library: Library, cast: Cast) -> None:
    public_id = make_asset(library)
    Worker(library).drain()
    before = dict(library.index.revisions())
    _changing(
        library,
        cast,
        public_id,
        suggesting.add_terms,
        term_ids=[_put(library, "industry", "Grocery")],
    )
    Worker(library).drain()
    assert library.index.revisions() != before


def test_a_term_that_it_has_changes_nothing(library: Library, cast: Cast) -> None:
    public_id = make_asset(library, terms={"industry": ["Parcel"]})
    with library.database.reading() as session:
        term_id = session.scalars(select(Term.id)).one()
    assert not _changing(library, cast, public_id, suggesting.add_terms, term_ids=[term_id])


def test_a_term_that_is_none_is_refused(library: Library, cast: Cast) -> None:
    public_id = make_asset(library)
    with pytest.raises(InvalidInput):
        _changing(library, cast, public_id, suggesting.add_terms, term_ids=[4711])
    with pytest.raises(NotFound):
        _changing(library, cast, public_id, suggesting.refuse_term, term_id=4711)


def test_a_content_type_that_would_make_it_internal_is_refused(
    library: Library, cast: Cast
) -> None:
    public_id = make_asset(library)
    battlecard = _put(library, "content_type", "Battlecard", many=False, internal=True)
    with pytest.raises(InvalidInput, match="would make an asset internal"):
        _changing(library, cast, public_id, suggesting.add_terms, term_ids=[battlecard])
    assert _labels(library, public_id) == set()


def test_a_second_content_type_is_a_conflict(library: Library, cast: Cast) -> None:
    public_id = make_asset(library, terms={"content_type": ["Deck"]})
    story = _put(library, "content_type", "Case study", many=False)
    with pytest.raises(Conflict, match="has a content type by now"):
        _changing(library, cast, public_id, suggesting.add_terms, term_ids=[story])
    assert _labels(library, public_id) == {"Deck"}


def test_refusing_is_kept_with_who_and_when_and_twice_is_once(library: Library, cast: Cast) -> None:
    public_id = make_asset(library)
    grocery = _put(library, "industry", "Grocery")
    for _ in range(2):
        _changing(library, cast, public_id, suggesting.refuse_term, term_id=grocery)
    with library.database.reading() as session:
        (refusal,) = session.scalars(select(TermRefusal))
        assert (refusal.term_id, refusal.member_id, refusal.at) == (
            grocery,
            cast.mira.member_id,
            MONDAY,
        )
    assert _labels(library, public_id) == set()
