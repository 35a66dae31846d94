"""The gates of a link as a buyer meets them, and every door by which one might go round them."""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from contentlib.asset import service as assets
from contentlib.asset.models import Asset, AssetPage, AssetVersion
from contentlib.asset.service import NewContent
from contentlib.engagement.models import Download, Hit, Visit
from contentlib.errors import InvalidInput
from contentlib.events.jobs import Job
from contentlib.ids import sign_token
from contentlib.library import Library
from contentlib.share import codes
from contentlib.share import service as shares
from contentlib.share.gates import with_passcode
from contentlib.share.models import Share, ShareCode
from contentlib.share.rules import ShareRules
from tests.cast import Cast
from tests.factories import csrf_token, document, make_asset, sign_in
from tests.web.viewing import Shared, buyer, rows_of, share_of, viewer_app
from web import create_app
from web.viewer import guesses

PASSCODE = "Open, Sesame"
TITLE = "Dock scheduling at a cold store"
ANN = "ann@x.example"
HERE = {"Origin": "http://localhost"}
ROOT = Path(__file__).parents[2]


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


def gated(
    library: Library,
    cast: Cast,
    passcode: str = "",
    assets: list[str] | None = None,
    recipients: tuple[str, ...] = (),
    **rules: Any,
) -> Shared:
    """A link with these rules, by default to one asset of one page."""
    wanted = assets or [make_asset(library, TITLE, "Docks wait for trucks.")]
    chosen = with_passcode(ShareRules(**rules), passcode)
    with library.database.unit_of_work() as session:
        share = shares.create(
            session,
            viewer=cast.rosa,
            asset_public_ids=wanted,
            recipients=[shares.Recipient(email) for email in recipients],
            wanted_rules=chosen,
            can_mail=True,
            now=library.clock.now(),
        )
        token = sign_token(share.public_id, key=library.signing_key, purpose="share")
        return Shared(share.public_id, f"/s/{token}")


def send(client: FlaskClient, share: Shared, step: str, **fields: str) -> TestResponse:
    """Posts a form of the gate as the browser would from its own page."""
    return client.post(f"{share.path}/{step}", data=fields, headers=HERE)


def code_for(library: Library, address: str) -> str:
    """The digits that were mailed last to the address."""
    with library.database.reading() as session:
        row = session.scalars(
            select(ShareCode)
            .where(ShareCode.email == address)
            .order_by(ShareCode.id.desc())
            .limit(1)
        ).one()
        return codes.code_of(row, key=library.signing_key)


def proven(library: Library, client: FlaskClient, share: Shared, address: str = ANN) -> None:
    """Goes through the e-mail gate."""
    send(client, share, "email", email=address)
    answer = send(client, share, "code", email=address, code=code_for(library, address))
    assert answer.status_code == 303, answer.text


def is_at(page: TestResponse) -> str | None:
    """Which gate the page is, if one."""
    found = re.search(r"<h1>(.+?)</h1>", page.text)
    return found.group(1) if found and "documents" not in found.group(1) else None


# --- the passcode ----------------------------------------------------------------------------


def test_a_passcode_stands_before_the_page_and_opens_it(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    page = client.get(share.path)
    assert (page.status_code, is_at(page)) == (200, "Enter the passcode")
    answer = send(client, share, "passcode", passcode=f" {PASSCODE} ")
    assert (answer.status_code, answer.location) == (303, share.path)
    assert TITLE in client.get(share.path).text
    assert client.get(f"{share.path}/1/file").status_code == 200


def test_a_wrong_passcode_is_told_and_opens_nothing(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    answer = send(client, share, "passcode", passcode="sesame")
    assert answer.status_code == 403 and "That is not the passcode" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert is_at(client.get(share.path)) == "Enter the passcode"


def test_the_proof_is_a_cookie_for_this_link_alone_and_for_twelve_hours(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    cookie = send(client, share, "passcode", passcode=PASSCODE).headers["Set-Cookie"]
    assert cookie.startswith("share_proof=")
    parts = set(cookie.split("; ")[1:])
    assert {f"Path={share.path}", "HttpOnly", "SameSite=Lax", "Max-Age=43200"} <= parts
    assert "Secure" not in parts and PASSCODE not in cookie
    library.clock.move(timedelta(hours=12))  # type: ignore[attr-defined]
    assert is_at(client.get(share.path)) == "Enter the passcode"


def test_over_https_the_proof_never_leaves_it(
    library: Library, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    settings = library.settings.model_copy(update={"secure_cookies": True})
    app = viewer_app(replace(library, settings=settings))
    share = gated(library, cast, PASSCODE)
    answer = send(buyer(app), share, "passcode", passcode=PASSCODE)
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_the_proof_for_one_link_opens_no_other_with_the_same_passcode(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, other = gated(library, cast, PASSCODE), gated(library, cast, PASSCODE)
    client = buyer(app)
    send(client, share, "passcode", passcode=PASSCODE)
    cookie = client.get_cookie("share_proof", path=share.path)
    assert cookie is not None
    client.set_cookie("share_proof", cookie.value, path=other.path)
    assert is_at(client.get(other.path)) == "Enter the passcode"


@pytest.mark.parametrize("value", ["", "nonsense", "x" * 4_000, "eyJhIjoxfQ.signature"])
def test_a_cookie_that_is_not_ours_proves_nothing(
    library: Library, cast: Cast, app: Flask, value: str
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    client.set_cookie("share_proof", value, path=share.path)
    assert is_at(client.get(share.path)) == "Enter the passcode"


def test_a_changed_passcode_asks_everybody_again(library: Library, cast: Cast, app: Flask) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    send(client, share, "passcode", passcode=PASSCODE)
    with library.database.unit_of_work() as session:
        row = session.scalars(select(Share)).one()
        row.rules = with_passcode(ShareRules.from_json(row.rules), "Another one").to_json()
    assert is_at(client.get(share.path)) == "Enter the passcode"


def test_a_link_without_a_gate_sets_no_cookie_and_has_no_gate_to_post_to(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast), buyer(app)
    for step in ("passcode", "email", "code"):
        answer = send(client, share, step, passcode="x", email=ANN, code="123456")
        assert (answer.status_code, answer.location) == (303, share.path)
        assert "Set-Cookie" not in answer.headers
    assert rows_of(library, ShareCode) == []


def test_after_the_gate_the_page_that_was_asked_for_opens(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    page = client.get(f"{share.path}/1/3").text
    assert f'name="back" value="{share.path}/1/3"' in page
    answer = send(client, share, "passcode", passcode=PASSCODE, back=f"{share.path}/1/3")
    assert answer.location == f"{share.path}/1/3"


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/library", "\\\\e"])
def test_the_gate_leads_nowhere_else(library: Library, cast: Cast, app: Flask, back: str) -> None:
    share = gated(library, cast, PASSCODE)
    for wanted in (back, f"{share.path}{back}"):
        answer = send(buyer(app), share, "passcode", passcode=PASSCODE, back=wanted)
        assert answer.location == share.path


def test_trying_passcodes_out_is_bounded_before_anything_is_hashed(
    library: Library, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    hashed: list[str] = []

    def note(_rules: ShareRules, text: str) -> bool:
        hashed.append(text)
        return False

    monkeypatch.setattr("contentlib.share.gates.passcode_opens", note)
    answers = [send(client, share, "passcode", passcode=f"try {n}") for n in range(12)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429] * 2
    assert len(hashed) == 10
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 600
    assert "tried too often" in answers[-1].text
    elsewhere = buyer(app, address="198.51.100.9")
    assert send(elsewhere, share, "passcode", passcode="x").status_code == 403


def test_from_many_networks_wrong_passcodes_are_bounded_by_the_link(
    library: Library, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = gated(library, cast, PASSCODE)
    monkeypatch.setattr(
        "contentlib.share.gates.passcode_opens", lambda _rules, text: text == PASSCODE
    )
    statuses = []
    for n in range(61):
        client = buyer(app, address=f"10.0.{n}.1")
        statuses.append(send(client, share, "passcode", passcode="no").status_code)
    assert statuses == [403] * 60 + [429]


def test_a_whole_company_that_knows_the_passcode_gets_in_from_one_network(
    library: Library, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = gated(library, cast, PASSCODE)
    monkeypatch.setattr("contentlib.share.gates.passcode_opens", lambda *_: True)
    statuses = {
        send(buyer(app), share, "passcode", passcode=PASSCODE).status_code for _ in range(70)
    }
    assert statuses == {303}


# --- the address -------------------------------------------------------------------------------


def test_an_address_is_proved_by_a_code_and_its_reader_is_known_from_then_on(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    assert is_at(client.get(share.path)) == "Confirm your e-mail address"
    asked = send(client, share, "email", email=" Ann@X.Example")
    assert (asked.status_code, is_at(asked)) == (200, "Enter the code")
    answer = send(client, share, "code", email=ANN, code=code_for(library, ANN))
    assert answer.status_code == 303
    assert TITLE in client.get(share.path).text
    client.get(f"{share.path}/1/file")
    (code,) = rows_of(library, ShareCode)
    assert code.used_at is not None
    hits = rows_of(library, Hit)
    assert [(h.kind, h.method, h.code_id) for h in hits] == [
        ("gate", "GET", None),
        ("gate", "POST", None),
        ("gate", "POST", None),
        ("page", "GET", code.id),
        ("download", "GET", code.id),
    ]
    assert [d.code_id for d in rows_of(library, Download)] == [code.id]


def test_nobody_learns_who_is_allowed(library: Library, cast: Cast, app: Flask) -> None:
    share = gated(library, cast, allowed=("@x.example",))
    pages = {}
    for address in ("ann@x.example", "eve@evil.example"):
        client = buyer(app)
        asked = send(client, share, "email", email=address)
        wrong = send(client, share, "code", email=address, code="000000")
        for name, page in (("asked", asked), ("wrong", wrong)):
            told = page.text.replace(address, "ADDRESS")
            headers = {k: v for k, v in page.headers if k != "Content-Length"}
            pages.setdefault(name, []).append((page.status_code, told, headers))
    assert pages["asked"][0] == pages["asked"][1]
    assert pages["wrong"][0] == pages["wrong"][1]


def test_who_is_not_allowed_gets_in_with_no_code_whatever(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, allowed=("@x.example",)), buyer(app)
    send(client, share, "email", email="eve@evil.example")
    # guessed, for it was mailed to nobody
    code = code_for(library, "eve@evil.example")
    send(client, share, "code", email="eve@evil.example", code=code)
    assert is_at(client.get(share.path)) == "Confirm your e-mail address"
    assert client.get(f"{share.path}/1/file").status_code == 403


def test_an_address_that_is_taken_off_the_list_opens_nothing_any_more(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, allowed=("@x.example",)), buyer(app)
    proven(library, client, share)
    assert TITLE in client.get(share.path).text
    with library.database.unit_of_work() as session:
        row = session.scalars(select(Share)).one()
        row.rules = {**row.rules, "allowed": ["@y.example"]}
    assert is_at(client.get(share.path)) == "Confirm your e-mail address"


def test_a_wrong_code_is_told_counted_and_opens_nothing(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    send(client, share, "email", email=ANN)
    right = code_for(library, ANN)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        answer = send(client, share, "code", email=ANN, code=wrong)
        assert answer.status_code == 403 and "does not open the link" in answer.text
    assert send(client, share, "code", email=ANN, code=right).status_code == 403
    assert [row.attempts for row in rows_of(library, ShareCode)] == [5]


def test_a_code_opens_one_browser(library: Library, cast: Cast, app: Flask) -> None:
    share, ann, other = gated(library, cast, asks_email=True), buyer(app), buyer(app)
    proven(library, ann, share)
    answer = send(other, share, "code", email=ANN, code=code_for(library, ANN))
    assert answer.status_code == 403
    assert is_at(other.get(share.path)) == "Confirm your e-mail address"


def test_codes_for_an_address_are_bounded(library: Library, cast: Cast, app: Flask) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    answers = [send(client, share, "email", email=ANN) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "600"
    assert len(rows_of(library, ShareCode)) == 3


def test_what_is_no_address_is_told(library: Library, cast: Cast, app: Flask) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    for step in ("email", "code"):
        answer = send(client, share, step, email="ann at x", code="123456")
        assert answer.status_code == 422 and "“ann at x” is not an e-mail address" in answer.text
    assert rows_of(library, ShareCode) == []


def test_the_passcode_comes_first_and_no_code_is_mailed_before_it(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE, asks_email=True), buyer(app)
    answer = send(client, share, "email", email=ANN)
    assert is_at(answer) == "Enter the passcode"
    assert rows_of(library, ShareCode) == []
    send(client, share, "passcode", passcode=PASSCODE)
    assert is_at(client.get(share.path)) == "Confirm your e-mail address"
    proven(library, client, share)
    assert TITLE in client.get(share.path).text


def test_the_footer_tells_of_the_cookie_where_there_is_one(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    proven(library, client, share)
    page = client.get(share.path).text
    assert "one cookie remembers for 12 hours" in page and "no cookie is set" not in page


def test_without_a_mail_server_a_link_that_asks_for_an_address_is_not_made(
    library: Library, cast: Cast
) -> None:
    asset = make_asset(library)
    for rules in (ShareRules(asks_email=True), ShareRules(allowed=("x.example",))):
        with (
            pytest.raises(InvalidInput, match="needs a mail server"),
            library.database.unit_of_work() as session,
        ):
            shares.create(
                session,
                viewer=cast.rosa,
                asset_public_ids=[asset],
                wanted_rules=rules,
                now=library.clock.now(),
            )


# --- machines, other sites, loading again ------------------------------------------------------


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


# --- a word to the sender -----------------------------------------------------------------------

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


# --- watermarks ---------------------------------------------------------------------------------


def pdf_asset(library: Library, title: str = "A paper", pages: int = 2) -> str:
    """A published asset that really is a PDF."""
    written = BytesIO()
    canvas = Canvas(written)
    for n in range(1, pages + 1):
        canvas.drawString(72, 700, f"Words of page {n}")
        canvas.showPage()
    canvas.save()
    stored = library.files.put(BytesIO(written.getvalue()))
    texts = tuple(f"Words of page {n}" for n in range(1, pages + 1))
    read = document(*texts, format="pdf", media_type="application/pdf")
    with library.database.unit_of_work() as session:
        asset = assets.create(
            session,
            title=title,
            owner_id=None,
            content=NewContent("a paper.pdf", stored, read, library.reader.split(read.pages)),
            now=library.clock.now(),
        )
        session.flush()
        assets.publish(session, asset=asset, member_id=None, now=library.clock.now())
        return asset.public_id


def draw(library: Library) -> None:
    """Gives every page a picture, as rendering would."""
    from PIL import Image

    picture = BytesIO()
    Image.new("RGB", (400, 300), "white").save(picture, "WEBP")
    stored = library.files.put(BytesIO(picture.getvalue()))
    with library.database.unit_of_work() as session:
        session.query(AssetPage).update({"image_sha256": stored.sha256})
        session.query(AssetVersion).update({"thumbnail_sha256": stored.sha256})


def words_of(answer: TestResponse) -> list[str]:
    """The text of each page of a PDF that was downloaded."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    pdf = pypdfium2.PdfDocument(answer.data)
    return [pdf[n].get_textpage().get_text_bounded() for n in range(len(pdf))]


def test_a_pdf_is_downloaded_with_the_reader_and_the_time_on_every_page(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = gated(
        library, cast, assets=[pdf_asset(library)], asks_email=True, download="watermarked"
    )
    client = buyer(app)
    proven(library, client, share)
    answer = client.get(f"{share.path}/1/file")
    for n, words in enumerate(words_of(answer), start=1):
        assert f"Words of page {n}" in words
        assert f"For {ANN} · 2 Mar 2026 09:00 UTC · Your company" in words
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a paper.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert len(rows_of(library, Download)) == 1


def test_without_a_proved_address_the_one_recipient_is_named_else_the_link(
    library: Library, cast: Cast, app: Flask
) -> None:
    asset = pdf_asset(library)
    for recipients, named in (
        (("bea@buyer.example",), "For bea@buyer.example ·"),
        (("bea@buyer.example", "bob@buyer.example"), "For this link ·"),
        ((), "For this link ·"),
    ):
        share = gated(library, cast, assets=[asset], recipients=recipients, download="watermarked")
        words = words_of(buyer(app).get(f"{share.path}/1/file"))
        assert all(named in page for page in words)


def test_what_is_no_pdf_leaves_as_a_pdf_of_its_pictures_or_not_at_all(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, download="watermarked"), buyer(app)
    assert "/1/file" not in client.get(share.path).text
    assert client.get(f"{share.path}/1/file").status_code == 404
    draw(library)
    assert f'{share.path}/1/file"' in client.get(share.path).text
    answer = client.get(f"{share.path}/1/file")
    assert "For this link" in words_of(answer)[0]
    assert answer.headers["Content-Disposition"].endswith("paper.pdf")


def test_a_file_that_cannot_be_marked_does_not_leave_unmarked(
    library: Library, cast: Cast, app: Flask
) -> None:
    asset = pdf_asset(library)
    broken = library.files.put(BytesIO(b"%PDF-1.4 and nothing more"))
    with library.database.unit_of_work() as session:
        session.query(AssetVersion).update({"file_sha256": broken.sha256})
    share = gated(library, cast, assets=[asset], download="watermarked")
    answer = buyer(app).get(f"{share.path}/1/file")
    assert answer.status_code == 503 and "%PDF" not in answer.text
    assert rows_of(library, Download) == []


def test_asking_for_the_head_of_a_watermarked_file_writes_none(
    library: Library, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = gated(library, cast, assets=[pdf_asset(library)], download="watermarked")
    monkeypatch.setattr(type(library.reader), "watermark", None)
    answer = buyer(app).head(f"{share.path}/1/file")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert rows_of(library, Download) == []


def test_watermarking_without_end_is_slowed_down(
    library: Library, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = gated(library, cast, assets=[pdf_asset(library)], download="watermarked")
    monkeypatch.setattr("web.viewer.watermark.watermarked_file", lambda *_: app.response_class(b""))
    statuses = [buyer(app).get(f"{share.path}/1/file").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


# --- every door ---------------------------------------------------------------------------------

UNSHAREABLE: dict[str, Callable[[Library], str]] = {
    "internal": lambda library: make_asset(library, audience="internal"),
    "draft": lambda library: make_asset(library, publish=False),
    "expired": lambda library: make_asset(
        library, expires_on=library.clock.now().date() - timedelta(days=1)
    ),
    "archived": lambda library: _in_state(library, make_asset(library), "archived"),
    "deleted": lambda library: _in_state(library, make_asset(library), "deleted"),
    "without rights": lambda library: make_asset(library, reference_rights="none"),
}


def _in_state(library: Library, public_id: str, state: str) -> str:
    with library.database.unit_of_work() as session:
        session.query(Asset).filter_by(public_id=public_id).update({"state": state})
    return public_id


@pytest.mark.parametrize("kind", UNSHAREABLE)
@pytest.mark.parametrize("who", ["rosa", "nora", "mira", "adam"])
@pytest.mark.parametrize("door", ["form", "script", "beside a good one"])
def test_what_must_not_leave_is_refused_whoever_asks_and_by_whatever_door(
    library: Library, cast: Cast, kind: str, who: str, door: str
) -> None:
    client = sign_in(create_app(library).test_client(), getattr(cast, who))
    asset = UNSHAREABLE[kind](library)
    token = csrf_token(client.get("/shares").text)
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    if door == "script":
        answer = client.post("/shares", json={"asset": [asset]}, headers=headers)
    else:
        wanted = [asset] if door == "form" else [make_asset(library, "A good one"), asset]
        answer = client.post("/shares", data={"asset": wanted}, headers=headers)
    assert answer.status_code in (404, 422)
    assert rows_of(library, Share) == []


def test_links_are_made_in_one_place() -> None:
    makers = set()
    for package in ("contentlib", "web", "indexer"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in ("Share", "ShareItem")
                ):
                    makers.add(path.relative_to(ROOT).as_posix())
    assert makers == {"contentlib/share/service.py"}


@pytest.mark.parametrize("state", ["internal", "archived", "draft", "deleted"])
def test_an_asset_that_becomes_unshareable_vanishes_at_once_from_everywhere_in_the_link(
    library: Library, cast: Cast, app: Flask, state: str
) -> None:
    stays, goes = make_asset(library, "What stays"), make_asset(library, "What goes")
    share, client = gated(library, cast, assets=[stays, goes]), buyer(app)
    draw(library)
    parts = ("/2/1", "/2/pages/1.webp", "/2/file", "/2/pages", "/2/pages/1.small.webp")
    assert client.get(f"{share.path}/2/pages/1.webp").status_code == 200
    with library.database.unit_of_work() as session:
        change = {"audience": "internal"} if state == "internal" else {"state": state}
        session.query(Asset).filter_by(public_id=goes).update(change)
    for part in parts:
        answer = client.get(share.path + part)
        assert answer.status_code == 404, part
        assert "What goes" not in answer.text
    page = client.get(share.path).text
    assert "What stays" in page and "What goes" not in page


# --- what no page may tell ----------------------------------------------------------------------

SECRETS = (
    "Prices for friends only",
    "Corvanta battlecard",
    "Never mention the discount",
    "wes@contentlib.example",
    "Walt",
    "adam@contentlib.example",
    "carl@competitor.example",
)


def viewer_addresses(app: Flask, share: Shared) -> Iterator[str]:
    """Every address of the viewer that answers a GET, for the first asset of the link."""
    token = share.path.removeprefix("/s/")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("viewer.") and "GET" in (rule.methods or ()):
            address = rule.rule.replace("<token>", token)
            yield address.replace("<int:position>", "1").replace("<int:page>", "1")


def a_full_library(library: Library, cast: Cast) -> str:
    """A library with much that is not for buyers; the asset that one of them gets."""
    make_asset(library, "Prices for friends only", owner=cast.wes)
    make_asset(library, "Corvanta battlecard", audience="internal")
    shown = make_asset(library, TITLE, "Docks wait.", "Trucks wait.", owner=cast.wes)
    with library.database.unit_of_work() as session:
        session.query(AssetPage).update({"notes": "Never mention the discount"})
    share_of(library, cast.wes, [shown], message="carl@competitor.example asked first")
    draw(library)
    return shown


def test_no_page_of_a_link_tells_of_anything_else_in_the_house(
    library: Library, cast: Cast, app: Flask
) -> None:
    shown = a_full_library(library, cast)
    open_ = gated(library, cast, assets=[shown, make_asset(library, "A second one")])
    over = gated(library, cast, assets=[shown])
    with library.database.unit_of_work() as session:
        shares.revoke(
            session, viewer=cast.rosa, share_public_id=over.public_id, now=library.clock.now()
        )
    seen = 0
    for share in (open_, over, Shared("", "/s/" + "x" * 34)):
        for address in viewer_addresses(app, share):
            answer = buyer(app).get(address, follow_redirects=True)
            told = answer.data + str(answer.headers).encode()
            assert not [secret for secret in SECRETS if secret.encode() in told], address
            seen += 1
    assert seen >= 24


def test_a_gate_tells_nothing_of_what_lies_behind_it_at_any_address(
    library: Library, cast: Cast, app: Flask
) -> None:
    shown = a_full_library(library, cast)
    behind = (*SECRETS, TITLE, "Docks wait", "Rosa", "paper.txt", "Recently asked")
    for share in (
        gated(library, cast, PASSCODE, assets=[shown]),
        gated(library, cast, assets=[shown], asks_email=True),
    ):
        for address in viewer_addresses(app, share):
            answer = buyer(app).get(address, follow_redirects=True)
            assert answer.status_code in (200, 403), address
            assert answer.mimetype == "text/html", address
            assert not [secret for secret in behind if secret in answer.text], address
            assert '<meta property="og:title" content="Something was shared' in answer.text


def test_no_beat_is_taken_at_a_gate(library: Library, cast: Cast, app: Flask) -> None:
    share = gated(library, cast, PASSCODE)
    assert buyer(app).post(f"{share.path}/beat", data=b"{}").status_code == 403


def test_the_library_counts_no_visit_of_who_stood_at_the_gate_only(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = gated(library, cast, PASSCODE)
    buyer(app).get(share.path)
    with library.database.reading() as session:
        people = select(func.count()).where(Visit.visitor_class.in_(("human", "verified")))
        assert session.scalar(people) == 0


def test_limits_are_counted_by_the_token_as_given_genuine_or_not(app: Flask) -> None:
    from contentlib.errors import TooManyAttempts

    with app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.5"}):
        for _ in range(3):
            guesses.count("asking", "nothing of the kind")
        with pytest.raises(TooManyAttempts):
            guesses.count("asking", "nothing of the kind")
        guesses.count("asking", "another")
