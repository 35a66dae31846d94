"""Members: signing in, resting accounts, roles."""

from datetime import timedelta

import pytest

from contentlib.errors import Conflict, InvalidInput
from contentlib.library import Library
from contentlib.member import queries, service
from tests.cast import PASSWORD, hire

REST = timedelta(minutes=15)


def _try(library: Library, email: str, password: str) -> bool:
    with library.database.reading() as session:
        proof = service.prove(session, email=email, password=password)
    with library.database.unit_of_work() as session:
        member = service.sign_in(
            session,
            proof,
            allowed_failures=3,
            rest=REST,
            now=library.clock.now(),
        )
        return member is not None


def test_the_right_password_signs_in_whatever_the_case_of_the_address(
    either_library: Library,
) -> None:
    hire(either_library)
    assert _try(either_library, "Rosa@Contentlib.EXAMPLE", PASSWORD)


def test_after_three_wrong_passwords_the_account_rests_even_for_the_right_one(
    either_library: Library,
) -> None:
    hire(either_library)
    rosa = "rosa@contentlib.example"
    assert not any(_try(either_library, rosa, "wrong password") for _ in range(3))
    assert not _try(either_library, rosa, PASSWORD)
    either_library.clock.move(REST + timedelta(seconds=1))  # type: ignore[attr-defined]
    assert _try(either_library, rosa, PASSWORD)


def test_a_right_password_forgets_the_wrong_ones_before_it(library: Library) -> None:
    hire(library)
    rosa = "rosa@contentlib.example"
    for _ in range(4):
        assert not _try(library, rosa, "wrong password")
        assert not _try(library, rosa, "wrong password")
        assert _try(library, rosa, PASSWORD)


def test_an_unknown_address_is_refused_like_a_wrong_password(library: Library) -> None:
    assert not _try(library, "nobody@contentlib.example", PASSWORD)


def test_an_inactive_member_cannot_sign_in(library: Library) -> None:
    cast = hire(library)
    with library.database.unit_of_work() as session:
        rosa = queries.by_email(session, cast.rosa.email)
        assert rosa is not None
        service.change(
            session,
            actor=cast.adam,
            member_public_id=rosa.public_id,
            role="rep",
            team_id=None,
            active=False,
            now=library.clock.now(),
        )
    assert not _try(library, cast.rosa.email, PASSWORD)


def test_an_admin_cannot_take_their_own_rights_away(library: Library) -> None:
    cast = hire(library)
    with pytest.raises(Conflict), library.database.unit_of_work() as session:
        adam = queries.by_email(session, cast.adam.email)
        assert adam is not None
        service.change(
            session,
            actor=cast.adam,
            member_public_id=adam.public_id,
            role="rep",
            team_id=None,
            active=True,
            now=library.clock.now(),
        )


@pytest.mark.parametrize("email", ["", "rosa", "rosa@", "a b@contentlib.example"])
def test_an_odd_address_is_refused_with_a_sentence(library: Library, email: str) -> None:
    with pytest.raises(InvalidInput), library.database.unit_of_work() as session:
        service.add(session, actor="test", email=email, role="rep", now=library.clock.now())


def test_the_same_address_is_not_added_twice(library: Library) -> None:
    hire(library)
    with pytest.raises(Conflict), library.database.unit_of_work() as session:
        service.add(
            session,
            actor="test",
            email="ROSA@contentlib.example",
            role="rep",
            now=library.clock.now(),
        )


def test_a_short_password_is_refused(library: Library) -> None:
    with pytest.raises(InvalidInput), library.database.unit_of_work() as session:
        service.add(
            session,
            actor="test",
            email="new@contentlib.example",
            role="rep",
            password="short",
            now=library.clock.now(),
        )
