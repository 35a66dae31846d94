"""Machines, other sites and strangers at a gate; a word to the sender."""

import pytest
from flask import Flask

from contentlib.engagement.models import Hit
from contentlib.events.jobs import Job
from contentlib.library import Library
from contentlib.share import service as shares
from contentlib.share.models import Share
from tests.cast import Cast
from tests.web.gating import ANN, PASSCODE, TITLE, gated, send
from tests.web.viewing import Shared, buyer, rows_of, viewer_app


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


# --- machines, other sites, loading again ---


def test_heads_and_machines_at_a_gate_are_noted_and_use_no_visit_up(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = gated(library, cast, PASSCODE, max_visits=1)
    for _ in range(3):
        buyer(app).head(share.path)
        buyer(app, agent="Slackbot-LinkExpanding 1.0").get(share.path)
    hits = rows_of(library, Hit)
    assert [hit.kind for hit in hits] == ["gate"] * 6
    assert {hit.method for hit in hits} == {"HEAD", "GET"}
    client = buyer(app)
    send(client, share, "passcode", passcode=PASSCODE)
    assert TITLE in client.get(share.path).text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://127.0.0.1:8000"}, 303),
    ],
)
def test_a_form_on_another_site_is_refused_by_what_the_browser_says_of_it(
    library: Library, cast: Cast, app: Flask, headers: dict[str, str], status: int
) -> None:
    share = gated(library, cast, PASSCODE)
    answer = buyer(app).post(f"{share.path}/passcode", data={"passcode": PASSCODE}, headers=headers)
    assert answer.status_code == status
    assert ("Set-Cookie" in answer.headers) == (status == 303)


def test_a_page_with_a_form_lets_the_browser_say_where_it_stood(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = gated(library, cast, PASSCODE)
    assert buyer(app).get(share.path).headers["Referrer-Policy"] == "same-origin"
    assert buyer(app).get("/s/nothing").headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("step", ["passcode", "email", "code", "ask"])
def test_loading_the_answer_to_a_form_again_leads_back_to_the_link(
    library: Library, cast: Cast, app: Flask, step: str
) -> None:
    share = gated(library, cast, PASSCODE)
    answer = buyer(app).get(f"{share.path}/{step}")
    assert (answer.status_code, answer.location) == (302, share.path)


@pytest.mark.parametrize("step", ["passcode", "email", "code"])
def test_the_gates_of_a_link_that_is_over_are_the_page_of_every_refusal(
    library: Library, cast: Cast, app: Flask, step: str
) -> None:
    share = gated(library, cast, PASSCODE, asks_email=True)
    with library.database.unit_of_work() as session:
        shares.revoke(
            session, viewer=cast.rosa, share_public_id=share.public_id, now=library.clock.now()
        )
    made_up = Shared("", "/s/" + "x" * 34)
    fields = {"passcode": PASSCODE, "email": ANN, "code": "123456"}
    answers = [send(buyer(app), one, step, **fields) for one in (share, made_up)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(share.path, made_up.path) == answers[1].text
    assert dict(answers[0].headers) == dict(answers[1].headers)


# --- a word to the sender ---

WORDS = {"email": "bea@buyer.example", "name": "Bea", "text": "May I see it again?"}


def test_asking_is_answered_alike_for_every_link_and_reaches_the_maker_of_a_genuine_one(
    library: Library, cast: Cast, app: Flask
) -> None:
    live, over = gated(library, cast, PASSCODE), gated(library, cast)
    with library.database.unit_of_work() as session:
        shares.revoke(
            session, viewer=cast.rosa, share_public_id=over.public_id, now=library.clock.now()
        )
    made_up = Shared("", "/s/" + "x" * 34)
    answers = [
        send(buyer(app, address=f"10.1.{n}.1"), share, "ask", **WORDS)
        for n, share in enumerate((live, over, made_up))
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1
    asked = [job for job in rows_of(library, Job) if job.reaction == "mail_asking"]
    ids = [share.id for share in rows_of(library, Share)]
    assert [job.payload for job in asked] == [
        {
            "share_id": share_id,
            "email": "bea@buyer.example",
            "text": "May I see it again?",
            "visitor_name": "Bea",
        }
        for share_id in ids
    ]


@pytest.mark.parametrize("missing", ["email", "text"])
def test_asking_without_an_address_or_words_is_told_alike_for_every_link(
    library: Library, cast: Cast, app: Flask, missing: str
) -> None:
    share, made_up = gated(library, cast), Shared("", "/s/" + "x" * 34)
    answers = [send(buyer(app), one, "ask", **{**WORDS, missing: " "}) for one in (share, made_up)]
    assert {answer.status_code for answer in answers} == {422}
    assert answers[0].text.replace(share.path, made_up.path) == answers[1].text
    assert "bea@buyer" in answers[0].text or "May I see" in answers[0].text


def test_asking_without_end_is_slowed_down_alike_for_every_link(
    library: Library, cast: Cast, app: Flask
) -> None:
    for one in (gated(library, cast), Shared("", "/s/" + "x" * 34)):
        statuses = [send(buyer(app), one, "ask", **WORDS).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
