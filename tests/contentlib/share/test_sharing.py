"""Making links, ending them, and what counts as sent."""

from datetime import timedelta

import pytest

from contentlib.errors import InvalidInput, NotFound
from contentlib.ids import read_token
from contentlib.insight.events import sends_by_evidence
from contentlib.insight.window import default_window
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.sending import service as sending
from contentlib.share import queries, service
from contentlib.share.rules import ShareRules
from contentlib.worker import Worker
from tests.cast import hire
from tests.factories import content, make_asset, make_library


def _share(library: Library, viewer: Viewer, *assets: str, **values: object) -> str:
    with library.database.unit_of_work() as session:
        share = service.create(
            session,
            viewer=viewer,
            asset_public_ids=assets,
            now=library.clock.now(),
            **values,  # type: ignore[arg-type]
        )
        return share.public_id


def _door(library: Library, public_id: str) -> queries.Door:
    with library.database.reading() as session:
        found = queries.door(session, public_id, today=library.clock.now().date())
    assert found is not None
    return found


@pytest.mark.parametrize(
    "values",
    [{"audience": "internal"}, {"publish": False}, {"reference_rights": "none"}],
    ids=["internal", "draft", "no right to name the customer"],
)
def test_what_must_not_leave_the_house_cannot_be_shared_by_anybody(
    library: Library, values: dict[str, object]
) -> None:
    cast = hire(library)
    asset = make_asset(library, **values)  # type: ignore[arg-type]
    for viewer in cast.everybody():
        with pytest.raises((InvalidInput, NotFound)):
            _share(library, viewer, asset)


def test_a_link_follows_the_current_version_unless_it_is_pinned(library: Library) -> None:
    from contentlib.asset import service as assets

    cast = hire(library)
    asset_id = make_asset(library)
    following = _share(library, cast.rosa, asset_id)
    pinned = _share(library, cast.rosa, asset_id, wanted_rules=ShareRules(follows_current=False))
    with library.database.unit_of_work() as session:
        asset = assets.for_change(session, cast.mira, asset_id, today=library.clock.now().date())
        assets.add_version(
            session,
            asset=asset,
            content=content(library, "Second edition."),
            member_id=None,
            now=library.clock.now(),
        )
    assert _door(library, following).items[0].version_number == 2
    assert _door(library, pinned).items[0].version_number == 1


def test_an_archived_asset_vanishes_from_links_already_made(library: Library) -> None:
    from contentlib.asset import service as assets

    cast = hire(library)
    asset_id = make_asset(library)
    share = _share(library, cast.rosa, asset_id)
    with library.database.unit_of_work() as session:
        asset = assets.for_change(session, cast.mira, asset_id, today=library.clock.now().date())
        assets.move(session, asset=asset, to="archived", member_id=None, now=library.clock.now())
    assert _door(library, share).items == ()


def test_only_its_maker_or_an_admin_ends_a_link(library: Library) -> None:
    cast = hire(library)
    share = _share(library, cast.rosa, make_asset(library))
    for viewer in (cast.ravi, cast.nora, cast.mira):
        with pytest.raises(NotFound), library.database.unit_of_work() as session:
            service.revoke(session, viewer=viewer, share_public_id=share, now=library.clock.now())
    with library.database.unit_of_work() as session:
        service.revoke(session, viewer=cast.adam, share_public_id=share, now=library.clock.now())
    assert _door(library, share).revoked_at == library.clock.now()


def test_a_team_sees_its_managers_view_and_other_teams_nothing(library: Library) -> None:
    cast = hire(library)
    _share(library, cast.rosa, make_asset(library))
    with library.database.reading() as session:
        seen = {
            viewer.name: queries.listed(session, viewer, only_own=False).total
            for viewer in cast.everybody()
        }
    assert seen == {"Mira": 0, "Adam": 1, "Nora": 1, "Rosa": 1, "Ravi": 0, "Walt": 0, "Wes": 0}


def test_an_address_that_is_none_is_refused(library: Library) -> None:
    cast = hire(library)
    with pytest.raises(InvalidInput):
        _share(library, cast.rosa, make_asset(library), recipients=[service.Recipient("bea")])


def _evidence(library: Library) -> list[dict[str, int]]:
    now = library.clock.now() + timedelta(days=1)
    window = default_window(now=now, days=30, time_zone="UTC")
    with library.database.reading() as session:
        return list(sends_by_evidence(session, window).values())


def test_a_link_merely_made_is_not_a_send(library: Library) -> None:
    cast = hire(library)
    _share(library, cast.rosa, make_asset(library))
    assert _evidence(library) == []


def test_saying_i_sent_it_twice_is_one_declared_send(either_library: Library) -> None:
    cast = hire(either_library)
    share = _share(either_library, cast.rosa, make_asset(either_library))
    for _ in range(2):
        with either_library.database.unit_of_work() as session:
            sending.declare(
                session,
                viewer=cast.rosa,
                share_public_id=share,
                now=either_library.clock.now(),
            )
    assert _evidence(either_library) == [{"declared": 1}]


def test_a_mail_the_server_took_is_a_send_with_the_link_in_it(tmp_path, new_sqlite) -> None:  # type: ignore[no-untyped-def]
    new_sqlite(tmp_path)
    library = make_library(tmp_path, mail_url=f"maildir:{tmp_path / 'outbox'}")
    cast = hire(library)
    share = _share(
        library,
        cast.rosa,
        make_asset(library),
        recipients=[service.Recipient("bea@buyer.example", "Bea")],
    )
    with library.database.unit_of_work() as session:
        service.mail(
            session,
            viewer=cast.rosa,
            share_public_id=share,
            subject="As promised",
            body="Hello Bea",
            now=library.clock.now(),
        )
    assert _evidence(library) == []
    Worker(library).drain()
    assert _evidence(library) == [{"app_mail": 1}]
    (mail,) = (tmp_path / "outbox" / "new").iterdir()
    assert library.share_address(share) in mail.read_text().replace("=\n", "")
    token = library.share_address(share).rsplit("/", 1)[-1]
    assert read_token(token, key=library.signing_key, purpose="share") == share
    library.close()


def test_without_a_mail_server_the_job_is_set_aside_and_nothing_counts_as_sent(
    library: Library,
) -> None:
    from contentlib.events import jobs

    cast = hire(library)
    share = _share(
        library,
        cast.rosa,
        make_asset(library),
        recipients=[service.Recipient("bea@buyer.example")],
    )
    with library.database.unit_of_work() as session:
        service.mail(
            session,
            viewer=cast.rosa,
            share_public_id=share,
            subject="x",
            body="",
            now=library.clock.now(),
        )
    Worker(library).drain()
    with library.database.reading() as session:
        (dead,) = jobs.listed(session, states=("dead",), limit=5)
    assert "CONTENTLIB_MAIL_URL" in (dead.last_error or "")
    assert _evidence(library) == []
