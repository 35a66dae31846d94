"""API tokens: what they open, for how long, and what is kept of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from contentlib.audit.queries import latest
from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.ids import hash_secret
from contentlib.library import Library
from contentlib.member import queries, service, token_queries, tokens
from contentlib.member.models import ApiToken
from contentlib.member.rules import SCOPES, Viewer
from contentlib.member.token_queries import Bearer
from contentlib.member.token_rules import expiry, is_live, use_is_due
from contentlib.member.tokens import Issued
from tests.cast import Cast, hire
from tests.factories import statements

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def _issue(
    library: Library,
    holder: Viewer,
    *scopes: str,
    name: str = "Spreadsheet",
    days: int | None = None,
) -> Issued:
    with library.database.unit_of_work() as session:
        return tokens.issue(
            session,
            actor=holder.email,
            email=holder.email,
            name=name,
            scopes=scopes or ("search",),
            days=days,
            now=library.clock.now(),
        )


def _bearer(library: Library, secret: str) -> Bearer | None:
    with library.database.reading() as session:
        return token_queries.bearer(session, secret, now=library.clock.now())


def _revoke(library: Library, actor: Viewer, public_id: str) -> None:
    with library.database.unit_of_work() as session:
        tokens.revoke(session, actor=actor, token_public_id=public_id, now=library.clock.now())


def _move(library: Library, by: timedelta) -> None:
    library.clock.move(by)  # type: ignore[attr-defined]


def test_a_program_with_the_secret_acts_for_its_member_within_the_scopes(
    library: Library, cast: Cast
) -> None:
    issued = _issue(library, cast.rosa, "search", "requests:write")
    found = _bearer(library, issued.secret)
    assert found is not None and found.viewer == cast.rosa
    assert [scope for scope in SCOPES if found.may(scope)] == ["search", "requests:write"]


def test_a_managers_token_sees_the_teams_the_manager_leads(library: Library, cast: Cast) -> None:
    found = _bearer(library, _issue(library, cast.nora).secret)
    assert found is not None
    assert found.viewer.seen_team_ids == cast.nora.seen_team_ids


def test_of_the_secret_only_its_hash_is_kept(library: Library, cast: Cast) -> None:
    issued = _issue(library, cast.rosa)
    assert issued.secret.startswith("clt_") and len(issued.secret) >= 47
    with library.database.reading() as session:
        kept = session.scalars(select(ApiToken)).one()
        told = [line.detail for line in latest(session)]
    assert kept.secret_sha256 == hash_secret(issued.secret)
    assert issued.secret not in repr(vars(kept)) + repr(told)


@pytest.mark.parametrize("spoil", [lambda s: s[:-1], lambda s: s + "A", lambda s: "", str.upper])
def test_a_secret_with_a_byte_changed_opens_nothing(
    library: Library, cast: Cast, spoil: Callable[[str], str]
) -> None:
    assert _bearer(library, spoil(_issue(library, cast.rosa).secret)) is None


def test_a_token_opens_nothing_from_its_end_on(library: Library, cast: Cast) -> None:
    secret = _issue(library, cast.rosa, days=30).secret
    _move(library, timedelta(days=30) - timedelta(seconds=1))
    assert _bearer(library, secret) is not None
    _move(library, timedelta(seconds=1))
    assert _bearer(library, secret) is None


def test_a_revoked_token_opens_nothing_at_once_and_stays_revoked(
    library: Library, cast: Cast
) -> None:
    issued = _issue(library, cast.rosa)
    _revoke(library, cast.rosa, issued.public_id)
    assert _bearer(library, issued.secret) is None
    _move(library, timedelta(days=1))
    _revoke(library, cast.rosa, issued.public_id)
    with library.database.reading() as session:
        (line,) = token_queries.listed(session, cast.rosa, now=library.clock.now())
        acts = [entry.act for entry in latest(session)]
    assert line.revoked_at == library.clock.now() - timedelta(days=1)
    assert acts.count("token revoked") == 1


def test_the_token_of_an_inactive_member_opens_nothing(library: Library, cast: Cast) -> None:
    secret = _issue(library, cast.rosa).secret
    with library.database.unit_of_work() as session:
        rosa = queries.by_email(session, cast.rosa.email)
        assert rosa is not None
        service.change(
            session,
            actor=cast.adam,
            member_public_id=rosa.public_id,
            role="rep",
            team_id=rosa.team_id,
            active=False,
            now=library.clock.now(),
        )
    assert _bearer(library, secret) is None
    with pytest.raises(NotFound):
        _issue(library, cast.rosa, name="Another")


def test_a_member_revokes_only_their_own_tokens_and_an_admin_all(
    library: Library, cast: Cast
) -> None:
    issued = _issue(library, cast.rosa)
    with pytest.raises(NotFound):
        _revoke(library, cast.nora, issued.public_id)
    assert _bearer(library, issued.secret) is not None
    _revoke(library, cast.adam, issued.public_id)
    assert _bearer(library, issued.secret) is None


def test_a_member_sees_their_own_tokens_and_an_admin_everybodys(
    library: Library, cast: Cast
) -> None:
    _issue(library, cast.rosa, name="Rosa's first")
    ended = _issue(library, cast.rosa, name="Rosa's second")
    _revoke(library, cast.rosa, ended.public_id)
    _issue(library, cast.adam, name="Adam's")
    with library.database.reading() as session:
        of_rosa = token_queries.listed(session, cast.rosa, now=library.clock.now())
        of_nora = token_queries.listed(session, cast.nora, now=library.clock.now())
        of_all = token_queries.listed(session, cast.adam, now=library.clock.now())
    assert [line.name for line in of_rosa] == ["Rosa's first", "Rosa's second"]
    assert [line.is_live for line in of_rosa] == [True, False]
    assert of_nora == []
    assert [(line.name, line.is_own) for line in of_all] == [
        ("Adam's", True),
        ("Rosa's first", False),
        ("Rosa's second", False),
    ]


def test_a_page_sent_twice_makes_one_token(library: Library, cast: Cast) -> None:
    first = _issue(library, cast.rosa, name="CRM sync", days=1)
    with pytest.raises(Conflict):
        _issue(library, cast.rosa, name=" CRM  sync ")
    _issue(library, cast.ravi, name="CRM sync")
    _move(library, timedelta(days=1))
    assert _issue(library, cast.rosa, name="CRM sync").public_id != first.public_id


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"days": 0}, "days"),
        ({"days": 4000}, "days"),
    ],
)
def test_an_odd_name_or_duration_is_refused_with_its_field(
    library: Library, cast: Cast, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _issue(library, cast.rosa, **wrong)  # type: ignore[arg-type]
    assert set(refusal.value.fields) == {field}


@pytest.mark.parametrize("scopes", [(), ("everything",), ("search", "members:write")])
def test_a_token_needs_scopes_that_there_are(
    library: Library, cast: Cast, scopes: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as refusal, library.database.unit_of_work() as session:
        tokens.issue(
            session,
            actor="test",
            email=cast.rosa.email,
            name="x",
            scopes=scopes,
            days=None,
            now=library.clock.now(),
        )
    assert set(refusal.value.fields) == {"scopes"}


def test_issuing_is_audited_with_who_what_and_for_whom(library: Library, cast: Cast) -> None:
    issued = _issue(library, cast.rosa, "search", days=90)
    with library.database.reading() as session:
        entry = latest(session, limit=1)[0]
    assert (entry.actor, entry.act) == (cast.rosa.email, "token issued")
    assert entry.subject == f"Spreadsheet of {cast.rosa.email}"
    assert entry.detail["token"] == issued.public_id
    assert entry.detail["scopes"] == ["search"]


def test_the_last_use_is_kept_and_never_moves_back(library: Library, cast: Cast) -> None:
    secret = _issue(library, cast.rosa).secret
    found = _bearer(library, secret)
    assert found is not None and found.last_used_at is None
    for moment in (_NOW + timedelta(hours=1), _NOW):
        with library.database.unit_of_work() as session:
            tokens.note_use(session, token_id=found.token_id, now=moment)
    again = _bearer(library, secret)
    assert again is not None and again.last_used_at == _NOW + timedelta(hours=1)


def test_looking_a_secret_up_costs_one_statement_however_many_tokens_there_are(
    library: Library, cast: Cast
) -> None:
    secret = _issue(library, cast.rosa).secret
    for number in range(5):
        _issue(library, cast.ravi, name=f"Program {number}")
    with statements(library) as seen:
        assert _bearer(library, secret) is not None
    assert len(seen) == 1, seen


@given(made=moments, days=st.integers(1, 3650), later=st.timedeltas(timedelta(), timedelta(9999)))
def test_an_ended_token_is_live_at_no_later_moment(
    made: datetime, days: int, later: timedelta
) -> None:
    ends_at = expiry(days, now=made)
    assert ends_at is not None
    assert is_live(expires_at=ends_at, revoked_at=None, now=made)
    assert not is_live(expires_at=ends_at, revoked_at=None, now=ends_at + later)
    assert not is_live(expires_at=None, revoked_at=made, now=made + later)


@given(uses=st.lists(st.timedeltas(timedelta(), timedelta(minutes=10)), min_size=1))
def test_a_use_is_noted_at_most_once_a_minute(uses: list[timedelta]) -> None:
    noted: list[datetime] = []
    for since in sorted(uses):
        now = _NOW + since
        if use_is_due(noted[-1] if noted else None, now=now):
            noted.append(now)
    assert noted
    gaps = [later - earlier for earlier, later in pairwise(noted)]
    assert all(gap >= timedelta(minutes=1) for gap in gaps)
