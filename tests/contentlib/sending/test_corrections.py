"""A sender sees what they sent, and says what really was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from contentlib.asset.models import Asset
from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.sending import corrections, own_queries
from contentlib.sending.models import Send, SendCorrection
from contentlib.sending.reports import Doubtful, Item, Report, hold_for_review, tell
from tests.cast import Cast, hire
from tests.factories import make_asset, statements


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def _item(library: Library, asset_public_id: str) -> Item:
    with library.database.reading() as session:
        asset = session.scalars(select(Asset).where(Asset.public_id == asset_public_id)).one()
        assert asset.current_version_id is not None
        return Item(asset.id, asset.current_version_id, "attachment", "same file")


def _report(library: Library, sender: Viewer, *items: Item, key: str = "m1") -> Report:
    return Report(
        member_id=sender.member_id,
        source="extension",
        source_key=f"gmail:{key}",
        evidence="mail_confirmed",
        surface="gmail",
        at=library.clock.now(),
        items=items,
        recipients=("bea@buyer.example",),
    )


def _tell(library: Library, report: Report) -> str:
    with library.database.unit_of_work() as session:
        return tell(session, report, now=library.clock.now()).message_key


def _mine(library: Library, viewer: Viewer) -> list[own_queries.SentMessage]:
    with library.database.reading() as session:
        return own_queries.sent_by(session, viewer)[0]


def _say(library: Library, what: Callable[..., None], **said: object) -> None:
    with library.database.unit_of_work() as session:
        what(session, now=library.clock.now(), **said)


def _sends(library: Library) -> int:
    with library.database.reading() as session:
        return len(session.scalars(select(Send)).all())


def test_what_i_sent_lists_messages_with_their_assets(library: Library, cast: Cast) -> None:
    docks, yards = (_item(library, make_asset(library, title)) for title in ("Docks", "Yards"))
    _tell(library, _report(library, cast.rosa, docks, yards))
    _tell(library, _report(library, cast.wes, docks))
    (message,) = _mine(library, cast.rosa)
    assert (message.evidence, message.surface, message.domains) == (
        "mail_confirmed",
        "gmail",
        ("buyer.example",),
    )
    assert [(a.title, a.channel, a.version, a.is_outdated) for a in message.assets] == [
        ("Docks", "attachment", 1, False),
        ("Yards", "attachment", 1, False),
    ]


def test_it_costs_eight_statements_however_much_was_sent(library: Library, cast: Cast) -> None:
    items = [_item(library, make_asset(library, f"Paper {n}")) for n in range(4)]
    for number in range(6):
        _tell(library, _report(library, cast.rosa, *items, key=str(number)))
    with statements(library) as seen, library.database.reading() as session:
        found, total = own_queries.sent_by(session, cast.rosa, limit=5)
    assert (len(found), total) == (5, 6)
    assert len(seen) <= 9, seen


def test_what_was_not_sent_after_all_is_no_send_and_can_be_taken_back(
    library: Library, cast: Cast
) -> None:
    docks, yards = (_item(library, make_asset(library, title)) for title in ("Docks", "Yards"))
    key = _tell(library, _report(library, cast.rosa, docks, yards))
    (message,) = _mine(library, cast.rosa)
    asset = message.assets[0].public_id
    said = {"viewer": cast.rosa, "message_key": key, "asset_public_id": asset}
    _say(library, corrections.say_whether_sent, **said, was_sent=False)
    (message,) = _mine(library, cast.rosa)
    assert [(a.title, a.was_sent) for a in message.assets] == [("Docks", False), ("Yards", True)]
    assert _sends(library) == 1
    _say(library, corrections.say_whether_sent, **said, was_sent=True)
    assert _sends(library) == 2
    with library.database.reading() as session:
        kinds = session.scalars(select(SendCorrection.kind).order_by(SendCorrection.id)).all()
    assert kinds == ["not_sent", "sent_after_all"]


def test_a_message_that_was_none_stays_none_when_another_source_tells_of_it(
    library: Library, cast: Cast
) -> None:
    told = _report(library, cast.rosa, _item(library, make_asset(library, "Docks")))
    key = _tell(library, told)
    _say(
        library,
        corrections.say_whether_sent,
        viewer=cast.rosa,
        message_key=key,
        asset_public_id=None,
        was_sent=False,
    )
    mailbox = replace(told, source="mailbox", evidence="mailbox", source_key="<1@mail>")
    assert _tell(library, mailbox) == key
    assert _sends(library) == 0


def test_nobody_corrects_what_another_sent(library: Library, cast: Cast) -> None:
    key = _tell(library, _report(library, cast.rosa, _item(library, make_asset(library, "Docks"))))
    for other in (cast.ravi, cast.nora, cast.mira):
        with pytest.raises(NotFound):
            _say(
                library,
                corrections.say_whether_sent,
                viewer=other,
                message_key=key,
                asset_public_id=None,
                was_sent=False,
            )


# --- attachments to look at ---------------------------------------------------------------------


def _doubt(library: Library, sender: Viewer, *items: Item) -> Report:
    report = _report(library, sender)
    doubtful = Doubtful(
        "proposal.pdf",
        "a" * 64,
        tuple(
            {"version_id": item.version_id, "verdict": "pages of", "score": 0.3, "pages": [2, 3]}
            for item in items
        ),
    )
    with library.database.unit_of_work() as session:
        assert hold_for_review(session, report, [doubtful], now=library.clock.now()) == 1
        assert hold_for_review(session, report, [doubtful], now=library.clock.now()) == 0
    return report


def _open(library: Library, viewer: Viewer) -> list[own_queries.ToLookAt]:
    with library.database.reading() as session:
        return own_queries.to_look_at(session, viewer)[0]


def test_a_doubtful_attachment_becomes_a_send_when_its_sender_says_what_it_was(
    library: Library, cast: Cast
) -> None:
    docks, yards = (_item(library, make_asset(library, title)) for title in ("Docks", "Yards"))
    _doubt(library, cast.rosa, docks, yards)
    (waiting,) = _open(library, cast.rosa)
    assert [(c.title, c.pages) for c in waiting.candidates] == [
        ("Docks", (2, 3)),
        ("Yards", (2, 3)),
    ]
    library.clock.move(timedelta(days=2))  # type: ignore[attr-defined]
    _say(
        library,
        corrections.say_what_it_was,
        viewer=cast.rosa,
        review_public_id=waiting.public_id,
        version_id=yards.version_id,
    )
    with library.database.reading() as session:
        send = session.scalars(select(Send)).one()
        assert (send.asset_id, send.method, send.evidence) == (
            yards.asset_id,
            "pages of",
            "mail_confirmed",
        )
        assert send.recipient_domains == ["buyer.example"]
        assert send.at == library.clock.now() - timedelta(days=2)
    assert _open(library, cast.rosa) == []


def test_it_joins_what_else_was_in_the_message(library: Library, cast: Cast) -> None:
    docks, yards = (_item(library, make_asset(library, title)) for title in ("Docks", "Yards"))
    report = _doubt(library, cast.rosa, docks)
    _tell(library, replace(report, items=(yards,)))
    (waiting,) = _open(library, cast.rosa)
    _say(
        library,
        corrections.say_what_it_was,
        viewer=cast.rosa,
        review_public_id=waiting.public_id,
        version_id=docks.version_id,
    )
    (message,) = _mine(library, cast.rosa)
    assert [asset.title for asset in message.assets] == ["Yards", "Docks"]


def test_none_of_them_makes_nothing_and_is_said_once(library: Library, cast: Cast) -> None:
    docks = _item(library, make_asset(library, "Docks"))
    _doubt(library, cast.rosa, docks)
    (waiting,) = _open(library, cast.rosa)
    said = {"viewer": cast.rosa, "review_public_id": waiting.public_id}
    _say(library, corrections.say_what_it_was, **said, version_id=None)
    assert _sends(library) == 0
    with pytest.raises(Conflict):
        _say(library, corrections.say_what_it_was, **said, version_id=docks.version_id)


def test_only_its_sender_says_what_it_was_and_only_what_it_may_be(
    library: Library, cast: Cast
) -> None:
    docks, yards = (_item(library, make_asset(library, title)) for title in ("Docks", "Yards"))
    _doubt(library, cast.rosa, docks)
    (waiting,) = _open(library, cast.rosa)
    assert _open(library, cast.nora) == []
    said = {"review_public_id": waiting.public_id}
    with pytest.raises(NotFound):
        _say(library, corrections.say_what_it_was, viewer=cast.nora, **said, version_id=None)
    with pytest.raises(InvalidInput):
        _say(
            library,
            corrections.say_what_it_was,
            viewer=cast.rosa,
            **said,
            version_id=yards.version_id,
        )
