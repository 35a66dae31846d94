"""Rules under a name, links made in one go, and rules that change while a link is out."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from contentlib.asset.models import Asset
from contentlib.errors import Conflict, InvalidInput, NotFound, NotPermitted
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.share import batches, presets, queries, service
from contentlib.share.gates import with_passcode
from contentlib.share.models import Share
from contentlib.share.preset_rules import PresetRules
from contentlib.share.rules import NOTICES, ShareRules
from contentlib.share.service import Recipient
from tests.cast import Cast, hire
from tests.factories import MONDAY, make_asset

STRICT = PresetRules(ends_in_days=14, download="off", asks_email=True, allowed=("x.example",))
RULES = st.builds(
    PresetRules,
    ends_in_days=st.none() | st.integers(1, 400),
    download=st.sampled_from(["original", "watermarked", "off"]),
    follows_current=st.booleans(),
    max_visits=st.none() | st.integers(1, 90),
    asks_email=st.booleans(),
    allowed=st.lists(st.sampled_from(["@x.example", "ann@y.example"]), unique=True).map(tuple),
    notice=st.sampled_from(NOTICES),
)


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def _save(
    library: Library, who: Viewer, name: str = "Strict", *, for_everybody: bool = False
) -> str:
    with library.database.unit_of_work() as session:
        saved = presets.save(
            session,
            viewer=who,
            name=name,
            rules=STRICT,
            for_everybody=for_everybody,
            now=library.clock.now(),
        )
        return saved.public_id


def _usable(library: Library, who: Viewer) -> list[tuple[str, bool]]:
    with library.database.reading() as session:
        return [(line.name, line.may_remove) for line in presets.usable(session, who)]


# --- presets ----------------------------------------------------------------------------------


@given(RULES)
def test_a_preset_is_read_back_as_it_was_kept_and_makes_rules_of_its_values(
    kept: PresetRules,
) -> None:
    assert PresetRules.from_json(kept.to_json()) == kept
    rules = kept.rules(now=MONDAY)
    assert (rules.download, rules.max_visits, rules.allowed) == (
        kept.download,
        kept.max_visits,
        kept.allowed,
    )
    assert (rules.expires_at is None) is (kept.ends_in_days is None)
    assert rules.passcode_hash is None


def test_a_preset_is_ones_own_unless_marketing_makes_it_everybodys(
    library: Library, cast: Cast
) -> None:
    _save(library, cast.rosa)
    _save(library, cast.mira, "Legal", for_everybody=True)
    assert _usable(library, cast.rosa) == [("Legal", False), ("Strict", True)]
    assert _usable(library, cast.ravi) == [("Legal", False)]
    assert _usable(library, cast.mira) == [("Legal", True)]
    with pytest.raises(NotPermitted):
        _save(library, cast.rosa, "Mine for all", for_everybody=True)


def test_a_name_is_taken_once_and_is_needed(library: Library, cast: Cast) -> None:
    for everybodys, who in ((False, cast.rosa), (True, cast.mira)):
        _save(library, who, "Strict", for_everybody=everybodys)
        with pytest.raises(Conflict, match="“Strict” already"):
            _save(library, who, " Strict ", for_everybody=everybodys)
    with pytest.raises(InvalidInput):
        _save(library, cast.rosa, "  ")


def test_only_who_may_takes_a_preset_away(library: Library, cast: Cast) -> None:
    own, everybodys = _save(library, cast.rosa), _save(library, cast.mira, for_everybody=True)

    def remove(who: Viewer, preset: str) -> None:
        with library.database.unit_of_work() as session:
            presets.remove(session, viewer=who, preset_public_id=preset, now=library.clock.now())

    with pytest.raises(NotFound):
        remove(cast.ravi, own)
    with pytest.raises(NotPermitted):
        remove(cast.rosa, everybodys)
    remove(cast.rosa, own)
    remove(cast.mira, everybodys)
    assert _usable(library, cast.rosa) == []


# --- a link for each --------------------------------------------------------------------------


def _each(library: Library, cast: Cast, *emails: str, asset: str | None = None) -> list[str]:
    with library.database.unit_of_work() as session:
        made = batches.create_for_each(
            session,
            viewer=cast.rosa,
            asset_public_ids=[asset or _the_asset(library)],
            recipients=[Recipient(email) for email in emails],
            now=library.clock.now(),
        )
        return [share.public_id for share in made]


def _the_asset(library: Library) -> str:
    with library.database.reading() as session:
        return session.scalars(select(Asset.public_id)).one()


def test_each_recipient_gets_a_link_of_their_own_and_all_are_one_batch(
    library: Library, cast: Cast
) -> None:
    make_asset(library)
    made = _each(library, cast, "ann@x.example", "bob@x.example")
    with library.database.reading() as session:
        found = queries.listed(session, cast.rosa).lines
        batch = {line.batch for line in found}
        same = queries.listed(session, cast.rosa, batch=found[0].batch).lines
    assert [line.recipients for line in sorted(found, key=lambda line: line.id)] == [
        ("ann@x.example",),
        ("bob@x.example",),
    ]
    assert len(batch) == 1 and None not in batch
    assert {line.public_id for line in same} == set(made)


def test_where_one_address_is_none_no_link_is_made(library: Library, cast: Cast) -> None:
    make_asset(library)
    with pytest.raises(InvalidInput):
        _each(library, cast, "ann@x.example", "not an address")
    with pytest.raises(InvalidInput, match="Name the recipients"):
        _each(library, cast)
    with library.database.reading() as session:
        assert queries.listed(session, cast.rosa).total == 0


def test_links_are_ended_together_or_not_at_all(library: Library, cast: Cast) -> None:
    make_asset(library)
    made = _each(library, cast, "ann@x.example", "bob@x.example")

    def revoke(who: Viewer, *wanted: str) -> int:
        with library.database.unit_of_work() as session:
            return batches.revoke_all(
                session, viewer=who, share_public_ids=wanted, now=library.clock.now()
            )

    with pytest.raises(NotFound):
        revoke(cast.rosa, made[0], "nothing")
    with pytest.raises(NotFound):
        revoke(cast.ravi, *made)
    with library.database.reading() as session:
        assert session.scalars(select(Share.revoked_at)).all() == [None, None]
    assert revoke(cast.rosa, made[0]) == 1
    assert revoke(cast.adam, *made) == 1
    with library.database.reading() as session:
        assert None not in session.scalars(select(Share.revoked_at)).all()


# --- finding links ----------------------------------------------------------------------------


def _share(library: Library, cast: Cast, title: str, **values: object) -> str:
    asset = make_asset(library, title)
    with library.database.unit_of_work() as session:
        return service.create(
            session,
            viewer=cast.rosa,
            asset_public_ids=[asset],
            now=library.clock.now(),
            **values,  # type: ignore[arg-type]
        ).public_id


def test_links_are_found_by_what_people_know_them_by(library: Library, cast: Cast) -> None:
    docks = _share(library, cast, "Docks 100 %", recipients=[Recipient("ann@x.example", "Ann Lee")])
    gates = _share(library, cast, "Gates")

    def found(text: str) -> set[str]:
        with library.database.reading() as session:
            return {line.public_id for line in queries.listed(session, cast.rosa, text=text).lines}

    assert found("dock") == found("X.EXAMPLE ann") == found("lee docks") == {docks}
    assert found("%") == {docks}
    assert found("gates") == {gates} and found("") == {docks, gates}
    assert found("gates ann") == set()


def test_only_links_that_still_open_are_listed_where_asked(library: Library, cast: Cast) -> None:
    now = library.clock.now()
    rules = ShareRules(expires_at=now + timedelta(days=1))
    ending = _share(library, cast, "Ends", wanted_rules=rules)
    lasting, revoked = _share(library, cast, "Lasts"), _share(library, cast, "Revoked")
    with library.database.unit_of_work() as session:
        service.revoke(session, viewer=cast.rosa, share_public_id=revoked, now=now)

    def open_at(days: float) -> set[str]:
        with library.database.reading() as session:
            at = now + timedelta(days=days)
            listed = queries.listed(session, cast.rosa, open_at=at)
        return {line.public_id for line in listed.lines}

    assert open_at(0) == {ending, lasting}
    assert open_at(1) == open_at(2) == {lasting}


# --- rules that change ------------------------------------------------------------------------


def _change(library: Library, cast: Cast, public_id: str, wanted: ShareRules) -> ShareRules:
    with library.database.unit_of_work() as session:
        share = service.change_rules(
            session,
            viewer=cast.rosa,
            share_public_id=public_id,
            wanted=wanted,
            notice="digest",
            can_mail=True,
            now=library.clock.now(),
        )
        assert share.notice == "digest"
        return ShareRules.from_json(share.rules)


def test_rules_change_for_a_link_that_is_out_and_what_its_reader_was_told_stays(
    library: Library, cast: Cast
) -> None:
    pinned = ShareRules(follows_current=False)
    public_id = _share(library, cast, "Docks", wanted_rules=pinned)
    wanted = with_passcode(ShareRules(download="off", allowed=("X.example",)), "gate 7")
    settled = _change(library, cast, public_id, wanted)
    assert settled.download == "off" and settled.allowed == ("@x.example",)
    assert settled.passcode_hash and not settled.follows_current


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_a_link_that_is_over_stays_over(library: Library, cast: Cast, end: str) -> None:
    now = library.clock.now()
    public_id = _share(
        library, cast, "Docks", wanted_rules=ShareRules(expires_at=now + timedelta(days=1))
    )
    if end == "revoked":
        with library.database.unit_of_work() as session:
            service.revoke(session, viewer=cast.rosa, share_public_id=public_id, now=now)
    else:
        library.clock.move(timedelta(days=2))  # type: ignore[attr-defined]
    with pytest.raises(Conflict, match="make a new one"):
        _change(library, cast, public_id, ShareRules())


def test_a_notice_that_is_none_of_the_three_is_refused(library: Library, cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="how to be told"):
        _share(library, cast, "Docks", notice="hourly")
