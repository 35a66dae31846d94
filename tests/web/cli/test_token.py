"""`contentlib token`: the secret alone on stdout, lists without it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contentlib.errors import ContentlibError
from contentlib.library import Library
from contentlib.member import token_queries
from tests.cast import Cast, hire
from web.cli import group

Call = Callable[..., Result]


@pytest.fixture
def people(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def call(library: Library, tmp_path: Path) -> Call:
    """Calls the command on the library of this test."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(group, ["--data-dir", str(tmp_path), "token", *arguments])

    return run


def test_a_token_made_at_the_terminal_prints_its_secret_alone(
    library: Library, people: Cast, call: Call
) -> None:
    made = call("add", people.rosa.email, "--name", "CRM", "--scope", "search", "--scope",
                "recommend", "--days", "365")  # fmt: skip
    assert made.exit_code == 0, made.stderr
    (secret,) = made.stdout.splitlines()
    with library.database.reading() as session:
        bearer = token_queries.bearer(session, secret, now=library.clock.now())
    assert bearer is not None and bearer.viewer == people.rosa
    assert bearer.scopes == {"search", "recommend"}
    assert secret not in made.stderr


def test_the_list_tells_all_but_the_secret_and_a_revoked_one_is_marked(
    library: Library, people: Cast, call: Call
) -> None:
    secret = call("add", people.rosa.email, "--name", "CRM", "--scope", "search").stdout.strip()
    listed = call("list", "--json")
    (line,) = json.loads(listed.stdout)["tokens"]
    assert secret not in listed.stdout
    assert (line["name"], line["member_email"]) == ("CRM", people.rosa.email)
    assert (line["is_live"], line["expires_at"], line["last_used_at"]) == (True, None, None)
    ended = call("revoke", line["id"])
    assert (ended.exit_code, ended.stdout) == (0, "")
    (again,) = json.loads(call("list", "--json").stdout)["tokens"]
    assert again["is_live"] is False and again["revoked_at"] is not None
    assert "revoked" in call("list").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "nobody@contentlib.example", "--name", "CRM", "--scope", "search"),
        ("add", "rosa@contentlib.example", "--name", " ", "--scope", "search"),
        ("add", "rosa@contentlib.example", "--name", "CRM", "--scope", "search", "--days", "0"),
        ("revoke", "nothing"),
    ],
)
def test_what_cannot_be_done_prints_no_secret(
    people: Cast, call: Call, arguments: tuple[str, ...]
) -> None:
    refused = call(*arguments)
    assert refused.stdout == ""
    assert isinstance(refused.exception, ContentlibError)
    assert refused.exception.sentence
