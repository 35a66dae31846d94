"""`contentlib forget`: asks first, tells what it blanked, and leaves nothing in the file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contentlib.crm.models import Contact
from contentlib.library import Library
from contentlib.share import service as shares
from contentlib.share.queries import listed
from tests.cast import Cast
from tests.factories import make_asset
from web.cli import group

Call = Callable[..., Result]
BEA = "bea@buyer.example"


@pytest.fixture
def call(library: Library, tmp_path: Path) -> Call:
    """Calls the command on the library of this test."""

    def run(*arguments: str, **more: object) -> Result:
        told = ["--data-dir", str(tmp_path), "forget", *arguments]
        return CliRunner().invoke(group, told, **more)  # type: ignore[arg-type]

    return run


@pytest.fixture(autouse=True)
def known(library: Library, cast: Cast) -> None:
    """Bea is a contact, and a link was made for her."""
    asset = make_asset(library)
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        session.add(Contact(public_id="bea", email=BEA, name="Bea Buyer", created_at=now))
        shares.create(
            session,
            viewer=cast.rosa,
            asset_public_ids=[asset],
            recipients=[shares.Recipient(BEA, "Bea")],
            message="Dear Bea Buyer",
            now=now,
        )


def _recipients(library: Library, cast: Cast) -> tuple[str, ...]:
    with library.database.reading() as session:
        return listed(session, cast.rosa).lines[0].recipients


def test_it_says_what_there_is_and_asks_before_it_blanks(
    library: Library, cast: Cast, call: Call
) -> None:
    stopped = call(BEA, input="n\n")
    assert stopped.exit_code != 0
    assert "1 contacts" in stopped.stderr and "cannot be brought back" in stopped.stderr
    assert _recipients(library, cast) == (BEA,)
    assert call(BEA, input="y\n").exit_code == 0
    assert _recipients(library, cast)[0].startswith("forgotten-")


def test_with_yes_it_does_not_ask_and_json_stands_alone_on_stdout(call: Call) -> None:
    done = call(BEA.upper(), "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["blanked"] == {"contacts": 1, "share_recipients": 1, "shares": 1}
    assert BEA not in done.stdout


def test_a_second_time_it_says_that_nothing_is_kept(call: Call) -> None:
    call(BEA, "--yes")
    again = call(BEA, "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout) == {"blanked": {}, "assets_naming_them": 0}
    assert "Nothing is kept" in again.stderr


def test_what_is_no_address_and_what_is_a_members_is_refused(call: Call, cast: Cast) -> None:
    for wrong in ("nobody", cast.rosa.email):
        assert call(wrong, "--yes").exception is not None


def test_the_address_is_not_left_in_the_free_space_of_the_file(
    library: Library, call: Call, tmp_path: Path
) -> None:
    library.close()
    assert call(BEA, "--yes").exit_code == 0
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("contentlib.db*"))
    assert BEA.encode() not in kept.lower()
    assert b"bea buyer" not in kept.lower()
