"""The permission rule and its SQL agree, for any asset and any member."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from contentlib.asset import rules
from contentlib.asset.models import Asset
from contentlib.asset.queries import standing
from contentlib.asset.visibility import is_sendable, visible_to
from contentlib.library import Library
from contentlib.member.rules import ROLES, Viewer
from tests.factories import MONDAY, make_asset, make_library

TODAY = MONDAY.date()
DAYS = st.none() | st.integers(-2, 2).map(lambda n: TODAY + timedelta(days=n))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library with one asset, whose fields the examples overwrite and roll back."""
    make: Callable[[Path], str] = request.getfixturevalue(f"new_{request.param}")
    folder = tmp_path_factory.mktemp("shelf")
    library = make_library(folder, database_url=make(folder))
    make_asset(library)
    request.addfinalizer(library.close)
    return library


class _Undo(Exception):
    pass


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    role=st.sampled_from(ROLES),
    state=st.sampled_from(["draft", "in_review", "published", "archived", "deleted"]),
    audience=st.sampled_from(rules.AUDIENCES),
    rights=st.sampled_from(rules.REFERENCE_RIGHTS),
    has_version=st.booleans(),
    expires_on=DAYS,
    rights_until=DAYS,
)
def test_the_sql_and_the_rule_agree_on_who_sees_and_what_may_leave_the_house(
    shelf: Library,
    role: str,
    state: str,
    audience: str,
    rights: str,
    has_version: bool,
    expires_on: date | None,
    rights_until: date | None,
) -> None:
    viewer = Viewer(1, role, "Any", "any@contentlib.example")  # type: ignore[arg-type]
    with pytest.raises(_Undo), shelf.database.unit_of_work() as session:
        asset = session.scalars(select(Asset)).one()
        asset.state, asset.audience, asset.reference_rights = state, audience, rights
        asset.expires_on, asset.rights_until = expires_on, rights_until
        if not has_version:
            asset.current_version_id = None
        session.flush()
        seen = session.scalar(select(Asset.id).where(visible_to(viewer, today=TODAY)))
        sendable = session.scalar(select(Asset.id).where(is_sendable(TODAY)))
        told = standing(asset)
        assert (seen is not None) is rules.can_view(viewer, told, today=TODAY)
        assert (sendable is not None) is (rules.refusal_to_send(told, today=TODAY) is None)
        raise _Undo
