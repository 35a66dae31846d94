"""`contentlib mail import`: exit codes, JSON on stdout alone, progress on stderr."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contentlib.library import Library
from contentlib.sending.models import Send
from tests.cast import Cast, hire
from tests.contentlib.mailbox.letters import letter
from tests.factories import make_asset, make_library
from tests.mail_stock import share
from tests.web.cli.test_commands import run

# each command is a process of its own
pytestmark = pytest.mark.slow

ROSA = "rosa@contentlib.example"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def library(data: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Library]:
    new_sqlite(data)
    opened = make_library(data)
    yield opened
    opened.close()


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def mail(tmp_path: Path, library: Library, cast: Cast) -> Path:
    """A folder: one send, its twin, one that cannot be dated, one of a stranger, one of nothing."""
    make_asset(library)
    link = share(library, cast.rosa, 1)
    day = "Mon, 02 Mar 2026 08:00:00 +0000"
    letters = {
        "1-sent": letter(f"See {link}", sender=ROSA, Date=day),
        "2-twin": letter(f"See {link}", sender=ROSA, Date=day),
        "3-undated": letter(f"See {link}", sender=ROSA, Date="soon", Message_ID="<3@x>"),
        "4-stranger": letter(f"See {link}", sender="ann@buyer.example", Message_ID="<4@x>"),
        "5-secret": letter("See https://secret.example/", sender=ROSA, Message_ID="<5@x>"),
    }
    folder = tmp_path / "mail"
    folder.mkdir()
    for name, each in letters.items():
        (folder / f"{name}.eml").write_bytes(each.as_bytes())
    return folder


def test_the_outcome_is_json_that_names_only_what_has_something_to_say(
    data: Path, library: Library, mail: Path
) -> None:
    done = run(data, "mail", "import", str(mail), "--rep", ROSA, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["counts"] == {
        "known": 1,
        "not a member's": 1,
        "nothing of ours": 1,
        "refused": 1,
        "sent": 1,
    }
    assert told["results"] == [
        {
            "source": str(mail / "1-sent.eml"),
            "status": "sent",
            "sends": 1,
            "reviews": 0,
            "reason": "",
        },
        {
            "source": str(mail / "3-undated.eml"),
            "status": "refused",
            "sends": 0,
            "reviews": 0,
            "reason": "no header tells when it was sent",
        },
    ]
    assert "secret" not in done.stdout + done.stderr
    assert "1 sent" in done.stderr
    with library.database.reading() as session:
        assert session.query(Send).count() == 1


def test_importing_again_adds_nothing_and_without_json_stdout_is_empty(
    data: Path, library: Library, mail: Path
) -> None:
    assert run(data, "mail", "import", str(mail)).returncode == 0
    again = run(data, "mail", "import", str(mail))
    assert (again.returncode, again.stdout) == (0, "")
    assert "2 known" in again.stderr
    with library.database.reading() as session:
        assert session.query(Send).count() == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("no/such/folder",),
        ("pyproject.toml",),
        (".", "--rep", "nobody@x.example"),
        (".", "--alias", "rosa@old.example"),
        (),
    ],
)
def test_a_bad_path_or_an_unknown_member_ends_with_two_and_one_line(
    data: Path, library: Library, arguments: tuple[str, ...]
) -> None:
    done = run(data, "mail", "import", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("Error: ")
