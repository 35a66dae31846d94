"""What I sent: a rep looks at it, puts it right, and says what a doubtful attachment was."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from contentlib.library import Library
from contentlib.sending.reports import Doubtful, hold_for_review
from tests.cast import Cast
from tests.contentlib.sending.telling import item_of, message, newer_version, told
from tests.factories import make_asset, sign_in, statements
from tests.web.browsing import page
from web import create_app

Post = Callable[..., str]


@pytest.fixture
def client(library: Library, cast: Cast) -> FlaskClient:
    return sign_in(create_app(library).test_client(), cast.rosa)


def _post(client: FlaskClient, path: str, **form: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sent").text)
    assert token is not None
    answer = client.post(path, data={**form, "csrf_token": token.group(1)}, follow_redirects=True)
    return f"{answer.status_code} {answer.text}"


def test_nothing_sent_yet_leads_to_the_extension(client: FlaskClient) -> None:
    shown = page(client, "/sent")
    assert "Nothing was seen leaving yet" in shown
    assert 'href="/extension"' in shown


def test_each_message_stands_once_with_what_was_in_it_and_how_we_know(
    library: Library, cast: Cast, client: FlaskClient
) -> None:
    docks = make_asset(library, "Docks")
    report = message(library, cast.rosa, item_of(library, docks))
    newer_version(library, docks, at=library.clock.now())
    told(library, report)
    shown = page(client, "/sent")
    for words in (
        "Docks",
        "buyer.example",
        "sent, mail confirmed",
        "gmail",
        "attached file, v1",
        "v2 was current",
    ):
        assert words in shown, words


def test_what_others_sent_is_not_here(library: Library, cast: Cast, client: FlaskClient) -> None:
    told(library, message(library, cast.ravi, item_of(library, make_asset(library, "Docks"))))
    assert "Docks" not in client.get("/sent").text


def test_a_rep_says_that_something_was_not_sent_and_takes_it_back(
    library: Library, cast: Cast, client: FlaskClient
) -> None:
    docks = make_asset(library, "Docks")
    key = told(library, message(library, cast.rosa, item_of(library, docks)))
    shown = _post(client, f"/sent/{key}/assets", asset=docks, was_sent="no")
    assert shown.startswith("200") and "you said: not sent" in shown
    shown = _post(client, f"/sent/{key}/assets", asset=docks, was_sent="yes")
    assert "you said: not sent" not in shown and "counts as sent again" in shown


def test_another_reps_message_cannot_be_put_right(
    library: Library, cast: Cast, client: FlaskClient
) -> None:
    docks = make_asset(library, "Docks")
    key = told(library, message(library, cast.ravi, item_of(library, docks)))
    assert _post(client, f"/sent/{key}/assets", asset=docks, was_sent="no").startswith("404")
    assert _post(client, f"/sent/{key}/deal", deal="").startswith("404")


def test_an_odd_answer_is_told(library: Library, cast: Cast, client: FlaskClient) -> None:
    key = told(library, message(library, cast.rosa, item_of(library, make_asset(library))))
    assert "Say whether it was sent" in _post(client, f"/sent/{key}/assets", was_sent="maybe")


@pytest.mark.parametrize("choice", ["it", "none"])
def test_a_doubtful_attachment_waits_until_its_sender_says_what_it_was(
    library: Library, cast: Cast, client: FlaskClient, choice: str
) -> None:
    docks = item_of(library, make_asset(library, "Docks"))
    found = {"version_id": docks.version_id, "verdict": "pages of", "score": 0.31, "pages": [2, 3]}
    with library.database.unit_of_work() as session:
        hold_for_review(
            session,
            message(library, cast.rosa),
            [Doubtful("A proposal.pdf", "a" * 64, (found,))],
            now=library.clock.now(),
        )
    shown = client.get("/sent").text
    assert "1 attachment to look at" in shown and "A proposal.pdf" in shown
    assert "31 % of what is its own; pages 2, 3" in " ".join(shown.split())
    path = re.search(r'action="(/sent/attachments/[^"]+)"', shown)
    assert path is not None
    version = str(docks.version_id) if choice == "it" else "none"
    shown = _post(client, path.group(1), version=version)
    assert "attachment to look at" not in shown
    assert ("attached, pages of it" in shown) == (choice == "it")


def test_the_page_costs_the_same_however_much_was_sent(
    library: Library, cast: Cast, client: FlaskClient
) -> None:
    def cost() -> int:
        with statements(library) as seen:
            assert client.get("/sent").status_code == 200
        return len(seen)

    told(library, message(library, cast.rosa, item_of(library, make_asset(library, "One"))))
    few = cost()
    for number in range(8):
        asset = make_asset(library, f"Paper {number}")
        told(library, message(library, cast.rosa, item_of(library, asset)))
    assert cost() == few
