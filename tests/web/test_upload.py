"""Uploading: what a marketer sends, and what becomes of it."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from contentlib.library import Library
from contentlib.worker import Worker
from tests.cast import Cast
from tests.factories import make_asset, sign_in, statements
from tests.web.uploads import STORY, docx, line, lines, pdf, post, pptx, send, state_of, work
from web import create_app


@pytest.fixture
def mira(library: Library, cast: Cast) -> FlaskClient:
    """Mira's browser, signed in."""
    return sign_in(create_app(library).test_client(), cast.mira)


@pytest.mark.parametrize(
    ("name", "content", "pages"),
    [
        ("story.pdf", pdf(STORY, "The second page."), 2),
        ("deck.pptx", pptx(STORY, "The second slide"), 2),
        ("story.docx", docx(STORY), 1),
    ],
)
def test_a_file_is_received_at_once_and_becomes_a_draft_when_it_was_read(
    library: Library, cast: Cast, mira: FlaskClient, name: str, content: bytes, pages: int
) -> None:
    item = send(mira, name, content)
    assert state_of(mira, item) == {item: "waiting"}
    work(library)
    assert state_of(mira, item) == {item: "imported"}
    draft = line(library, cast, item).asset
    assert draft is not None
    assert (draft.state, draft.page_count, draft.owner) == ("draft", pages, "Mira")


@pytest.mark.slow
def test_the_whole_worker_draws_a_picture_and_the_poll_says_so(
    library: Library, mira: FlaskClient
) -> None:
    item = send(mira, "story.pdf", pdf(STORY))
    Worker(library).drain(periodic=False)
    told = mira.get("/upload/items", query_string={"id": item}).json["items"]
    assert told == [{"id": item, "state": "imported", "has_picture": True}]
    assert "/thumbnail?v=1" in mira.get("/upload/rows", query_string={"id": item}).text


def test_a_damaged_file_is_refused_with_a_sentence_on_the_page(
    library: Library, mira: FlaskClient
) -> None:
    item = send(mira, "broken.pdf", b"%PDF-1.7 and then nothing of use")
    work(library)
    assert state_of(mira, item) == {item: "refused"}
    page = mira.get("/upload").text
    assert "broken.pdf" in page
    assert re.search(r'class="upload-reason is-wrong">\s*[A-Z][^<]+\.', page)


def test_files_of_one_drop_go_into_one_batch_in_their_order(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    batch = post(mira, "/upload/batches").json["batch"]
    for number in range(3):
        send(mira, f"{number}.txt", f"Words of file {number}.".encode(), batch=batch)
    found = lines(library, cast)
    assert [one.name for one in found] == ["0.txt", "1.txt", "2.txt"]
    assert {one.batch_public_id for one in found} == {batch}


def test_a_batch_of_somebody_else_takes_no_file(library: Library, cast: Cast) -> None:
    app = create_app(library)
    adam = sign_in(app.test_client(), cast.adam)
    batch = post(adam, "/upload/batches").json["batch"]
    mira = sign_in(app.test_client(), cast.mira)
    answer = post(mira, "/upload/files", file=(BytesIO(b"words"), "a.txt"), batch=batch)
    assert answer.status_code == 404
    assert lines(library, cast) == []


def test_a_file_for_an_asset_becomes_its_new_version(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    asset = make_asset(library, "Dock story", owner=cast.mira)
    assert "Of “Dock story”, now at version 1" in mira.get(f"/upload?version_of={asset}").text
    item = send(mira, "v2.txt", b"All of it is new.", version_of=asset)
    work(library)
    made = line(library, cast, item).asset
    assert made is not None
    assert (made.public_id, made.version_number) == (asset, 2)


def test_a_new_version_of_an_asset_that_is_not_there_is_refused(mira: FlaskClient) -> None:
    assert mira.get("/upload?version_of=nothing").status_code == 404
    answer = post(mira, "/upload/files", file=(BytesIO(b"words"), "a.txt"), version_of="nothing")
    assert answer.status_code == 404


def test_addresses_are_received_and_an_odd_one_is_refused_with_its_reason(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    answer = post(
        mira, "/upload/addresses", addresses="https://site.example/case\nftp://site.example/x"
    )
    assert answer.status_code == 201
    good, odd = lines(library, cast)
    assert (good.name, good.state) == ("https://site.example/case", "waiting")
    assert odd.state == "refused"
    assert odd.reason.startswith("This is not a web address")


def test_an_address_inside_the_network_is_refused_by_the_worker(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    item = post(mira, "/upload/addresses", addresses="http://127.0.0.1/secret").json["items"][0]
    work(library)
    assert line(library, cast, item["id"]).state == "refused"


def test_an_upload_without_a_file_is_told_so(mira: FlaskClient) -> None:
    answer = post(mira, "/upload/files")
    assert answer.status_code == 422
    assert answer.json["error"]["message"] == "Choose at least one file."


def test_a_file_larger_than_the_library_takes_is_answered_with_413(
    library: Library, cast: Cast
) -> None:
    app = create_app(library)
    app.config["MAX_CONTENT_LENGTH"] = 1000
    mira = sign_in(app.test_client(), cast.mira)
    answer = post(mira, "/upload/files", file=(BytesIO(b"x" * 5000), "big.txt"))
    assert answer.status_code == 413
    assert answer.json["error"]["message"] == "The file is larger than this library takes."


def test_an_upload_without_the_form_token_is_refused(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    answer = mira.post("/upload/files", data={"file": (BytesIO(b"words"), "a.txt")})
    assert answer.status_code == 400
    assert lines(library, cast) == []


def test_a_rep_is_told_that_uploading_is_not_theirs(library: Library, cast: Cast) -> None:
    rosa = sign_in(create_app(library).test_client(), cast.rosa)
    assert rosa.get("/upload").status_code == 403


def test_a_reload_shows_the_batches_of_the_last_days_again(
    library: Library, mira: FlaskClient
) -> None:
    send(mira, "story.txt", STORY.encode())
    work(library)
    page = mira.get("/upload").text
    assert "story" in page and "Select story" in page


def test_other_members_uploads_stay_out_of_the_list_and_the_poll(
    library: Library, cast: Cast
) -> None:
    app = create_app(library)
    mira, adam = (sign_in(app.test_client(), who) for who in (cast.mira, cast.adam))
    item = send(mira, "miras.txt", STORY.encode())
    assert state_of(adam, item) == {}
    assert "miras.txt" not in adam.get("/upload").text


def test_a_poll_costs_one_statement_and_the_page_no_more_for_more_files(
    library: Library, mira: FlaskClient
) -> None:
    ids = [send(mira, f"{n}.txt", f"Words of file {n}.".encode()) for n in range(6)]
    work(library)

    def cost(path: str, query: list[tuple[str, str]]) -> int:
        with statements(library) as seen:
            assert mira.get(path, query_string=query).status_code == 200
        return len(seen)

    signed_in = _cost_of_signing_in(library, mira)
    assert cost("/upload/items", [("id", ids[0])]) == signed_in + 1
    assert cost("/upload/items", [("id", i) for i in ids]) == signed_in + 1
    assert cost("/upload/rows", [("id", ids[0])]) == cost("/upload/rows", [("id", i) for i in ids])


def _cost_of_signing_in(library: Library, client: FlaskClient) -> int:
    """What any guarded request costs before its view runs."""
    with statements(library) as seen:
        client.get("/upload/items", query_string={})
    return sum("import_items" not in statement for statement in seen)
