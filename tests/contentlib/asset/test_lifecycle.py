"""An asset's life: drafted, published, archived, deleted; who may see it when."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from contentlib.asset import queries, service
from contentlib.asset.models import AssetStateChange
from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.library import Library
from contentlib.member.rules import Viewer
from tests.cast import hire
from tests.factories import content, make_asset


def _move(library: Library, viewer: Viewer, public_id: str, to: str) -> None:
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        asset = service.for_change(session, viewer, public_id, today=now.date())
        service.move(session, asset=asset, to=to, member_id=viewer.member_id, now=now)


def _sees(library: Library, viewer: Viewer, public_id: str) -> bool:
    with library.database.reading() as session:
        try:
            queries.visible_asset(session, viewer, public_id, today=library.clock.now().date())
        except NotFound:
            return False
        return True


def test_a_draft_is_known_to_marketing_alone(either_library: Library) -> None:
    cast = hire(either_library)
    draft = make_asset(either_library, publish=False)
    seen_by = {v.name for v in cast.everybody() if _sees(either_library, v, draft)}
    assert seen_by == {"Mira", "Adam"}


def test_an_archived_asset_is_gone_for_reps_and_can_come_back(either_library: Library) -> None:
    cast = hire(either_library)
    asset = make_asset(either_library)
    assert _sees(either_library, cast.rosa, asset)
    _move(either_library, cast.mira, asset, "archived")
    assert not _sees(either_library, cast.rosa, asset)
    assert _sees(either_library, cast.mira, asset)


def test_an_asset_is_gone_for_reps_on_the_day_after_it_expires(library: Library) -> None:
    cast = hire(library)
    today = library.clock.now().date()
    asset = make_asset(library, expires_on=today)
    assert _sees(library, cast.rosa, asset)
    library.clock.move(timedelta(days=1))  # type: ignore[attr-defined]
    assert not _sees(library, cast.rosa, asset)


def test_a_deleted_asset_is_gone_for_everybody_with_its_words(library: Library) -> None:
    cast = hire(library)
    public_id = make_asset(library, "Old price list", "Pallets cost four.")
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        asset = service.for_change(session, cast.adam, public_id, today=now.date())
        service.delete_for_good(session, actor=cast.adam, asset=asset, now=now)
        asset_id = asset.id
    assert not any(_sees(library, viewer, public_id) for viewer in cast.everybody())
    with library.database.reading() as session:
        from contentlib.asset.indexing import indexed_assets

        assert indexed_assets(session, [asset_id]) == []


def test_a_deleted_asset_cannot_be_published_again(library: Library) -> None:
    hire(library)
    make_asset(library)
    with pytest.raises(Conflict):
        from contentlib.asset.rules import checked_step

        checked_step("deleted", "published")


def test_publishing_takes_the_review_date_from_the_content_type(library: Library) -> None:
    with library.database.unit_of_work() as session:
        from contentlib.taxonomy import service as taxonomy

        facet = taxonomy.put_facet(
            session, key="content_type", label="Content type", many=False, position=0
        )
        term = taxonomy.put_term(session, facet=facet, label="Pricing", review_months=3)
        asset = service.create(
            session,
            title="Prices",
            owner_id=None,
            content=content(library, "Prices."),
            now=library.clock.now(),
        )
        session.flush()
        change = service.Edit(term_ids={"content_type": (term.id,)})
        service.edit(session, asset=asset, change=change, member_id=None, now=library.clock.now())
        service.publish(session, asset=asset, member_id=None, now=library.clock.now())
        assert asset.review_by == date(2026, 6, 2)


def test_a_content_type_for_colleagues_makes_its_assets_internal(library: Library) -> None:
    with library.database.unit_of_work() as session:
        from contentlib.taxonomy import service as taxonomy

        facet = taxonomy.put_facet(
            session, key="content_type", label="Content type", many=False, position=0
        )
        term = taxonomy.put_term(session, facet=facet, label="Battlecard", internal=True)
        asset = service.create(
            session,
            title="Against Gatemoor",
            owner_id=None,
            content=content(library, "They are slow."),
            now=library.clock.now(),
        )
        session.flush()
        change = service.Edit(term_ids={"content_type": (term.id,)})
        service.edit(session, asset=asset, change=change, member_id=None, now=library.clock.now())
        assert asset.audience == "internal"


def test_every_step_of_the_life_leaves_an_event(library: Library) -> None:
    cast = hire(library)
    public_id = make_asset(library)
    _move(library, cast.mira, public_id, "archived")
    with library.database.reading() as session:
        steps = session.execute(
            select(AssetStateChange.before, AssetStateChange.after)
            .where(AssetStateChange.field == "state")
            .order_by(AssetStateChange.id)
        ).all()
    assert [tuple(step) for step in steps] == [
        (None, "draft"),
        ("draft", "published"),
        ("published", "archived"),
    ]


def test_an_asset_keeps_its_title_when_an_edit_would_empty_it(library: Library) -> None:
    cast = hire(library)
    public_id = make_asset(library, "Docks")
    now = library.clock.now()
    with pytest.raises(InvalidInput), library.database.unit_of_work() as session:
        asset = service.for_change(session, cast.mira, public_id, today=now.date())
        change = service.Edit(title="   ")
        service.edit(session, asset=asset, change=change, member_id=None, now=now)
    with library.database.reading() as session:
        detail = queries.visible_asset(session, cast.mira, public_id, today=now.date())
    assert detail.line.title == "Docks"
