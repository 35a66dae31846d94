"""Uploading: what a marketer sends, what becomes of it, and what they do with the drafts."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from contentlib.asset import queries, upload_queries, uploading
from contentlib.asset.upload_queries import UploadLine
from contentlib.library import Library
from contentlib.taxonomy import service as taxonomy
from contentlib.worker import Worker
from tests.cast import Cast
from tests.factories import csrf_token, make_asset, sign_in, statements
from web import create_app

STORY = "The dock was full by nine in the morning. After six weeks the queue was gone."


@pytest.fixture
def mira(library: Library, cast: Cast) -> FlaskClient:
    """Mira's browser, signed in."""
    return sign_in(create_app(library).test_client(), cast.mira)


def pdf(*pages: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    made = BytesIO()
    canvas = Canvas(made)
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def pptx(*slides: str) -> bytes:
    from pptx import Presentation

    deck = Presentation()
    for text in slides:
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
    made = BytesIO()
    deck.save(made)
    return made.getvalue()


def docx(*paragraphs: str) -> bytes:
    from docx import Document

    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    """Posts a form as the page's script does, with the form token and asking for JSON."""
    token = csrf_token(client.get("/upload").get_data(as_text=True))
    return client.post(
        path, data=fields, headers={"X-CSRFToken": token, "Accept": "application/json"}
    )


def send(client: FlaskClient, name: str, content: bytes, **fields: Any) -> str:
    """Uploads one file and returns the id of its item."""
    answer = post(client, "/upload/files", file=(BytesIO(content), name), **fields)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.json["items"][0]["id"])


def work(library: Library) -> None:
    """Reads what came in, but draws no pictures."""
    worker = Worker(library)
    while worker.step("documents"):
        pass


def lines(library: Library, cast: Cast, *ids: str) -> list[UploadLine]:
    with library.database.reading() as session:
        return upload_queries.uploads(
            session,
            cast.mira,
            source=uploading.SOURCE,
            today=library.clock.now().date(),
            public_ids=list(ids) or None,
        )


def line(library: Library, cast: Cast, item: str) -> UploadLine:
    (found,) = lines(library, cast, item)
    return found


def state_of(client: FlaskClient, *ids: str) -> dict[str, str]:
    told = client.get("/upload/items", query_string=[("id", i) for i in ids]).json
    return {item["id"]: item["state"] for item in told["items"]}


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


def test_the_same_text_in_another_file_asks_for_a_decision_and_becomes_a_new_version(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    send(mira, "story.txt", STORY.encode())
    work(library)
    again = send(mira, "story again.txt", f"{STORY}\n\n\n".encode())
    work(library)
    twin = line(library, cast, again)
    assert (twin.state, twin.twin) == ("duplicate", "text")
    page = mira.get("/upload").text
    assert "The same text is already here as “story”." in page
    assert "Make it a new version" in page

    answer = post(mira, f"/upload/items/{again}/decision", choice="version")
    assert answer.status_code == 200
    work(library)
    settled = line(library, cast, again)
    assert settled.state == "imported"
    assert settled.asset is not None and settled.asset.version_number == 2


def test_the_same_text_may_be_kept_as_an_asset_of_its_own(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    first = send(mira, "story.txt", STORY.encode())
    work(library)
    again = send(mira, "other.txt", f"{STORY}\n\n".encode())
    work(library)
    post(mira, f"/upload/items/{again}/decision", choice="separate")
    work(library)
    one, other = line(library, cast, first).asset, line(library, cast, again).asset
    assert one is not None and other is not None
    assert one.id != other.id


def test_the_very_same_file_offers_no_new_version_for_nothing_would_change(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    send(mira, "story.txt", STORY.encode())
    work(library)
    again = send(mira, "story.txt", STORY.encode())
    work(library)
    assert line(library, cast, again).twin == "file"
    row = mira.get("/upload/rows", query_string={"id": again}).text
    assert "Keep as a separate asset" in row
    assert "Make it a new version" not in row


def test_a_decision_about_another_members_file_is_not_taken(library: Library, cast: Cast) -> None:
    app = create_app(library)
    mira = sign_in(app.test_client(), cast.mira)
    send(mira, "story.txt", STORY.encode())
    work(library)
    again = send(mira, "story.txt", STORY.encode())
    work(library)
    adam = sign_in(app.test_client(), cast.adam)
    answer = post(adam, f"/upload/items/{again}/decision", choice="separate")
    assert answer.status_code == 404
    assert line(library, cast, again).state == "duplicate"


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


def test_a_manifest_brings_in_words_and_its_path_rows_wait_for_their_files(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    manifest = (
        b'{"external_id": "a", "title": "Words alone", "text": "A short battlecard.",'
        b' "industry": ["Grocery"]}\n'
        b'{"external_id": "b", "title": "From a file", "path": "cases/story.txt"}\n'
    )
    answer = post(mira, "/upload/files", manifest=(BytesIO(manifest), "assets.jsonl"))
    batch = answer.json["batch"]
    work(library)
    words, waits = lines(library, cast)
    assert words.asset is not None and words.asset.title == "Words alone"
    assert words.asset.labels("industry") == ("Grocery",)
    assert waits.awaits_file
    assert "upload the file story.txt here" in waits.reason
    assert f'data-batch="{batch}"' in mira.get("/upload").text

    filled = send(mira, "Story.txt", STORY.encode(), batch=batch)
    assert filled == waits.public_id
    work(library)
    made = line(library, cast, filled).asset
    assert made is not None
    assert (made.title, made.external_id) == ("From a file", "b")


def test_manifest_and_files_of_one_form_find_each_other_without_a_script(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    token = csrf_token(mira.get("/upload").text)
    answer = mira.post(
        "/upload/files",
        data={
            "csrf_token": token,
            "manifest": (BytesIO(b"title,path\nA better title,x/story.txt\n"), "rows.csv"),
            "file": [(BytesIO(STORY.encode()), "story.txt"), (BytesIO(b"Other."), "other.txt")],
        },
    )
    assert answer.status_code == 303
    work(library)
    titles = {one.asset.title for one in lines(library, cast) if one.asset}
    assert titles == {"A better title", "other"}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("rows.jsonl", b'{"title": "x"}\nnot json\n', "rows.jsonl, line 2: not JSON"),
        ("rows.jsonl", b"[1, 2]\n", "line 1: not a JSON object"),
        ("rows.csv", b"\xff\xfe\x00", "rows.csv is not text in UTF-8."),
        ("rows.csv", b"title,path\n", "rows.csv holds no row."),
    ],
)
def test_a_manifest_that_cannot_be_read_is_refused_naming_the_line(
    library: Library, cast: Cast, mira: FlaskClient, name: str, content: bytes, sentence: str
) -> None:
    answer = post(mira, "/upload/files", manifest=(BytesIO(content), name))
    assert answer.status_code == 422
    assert sentence in answer.json["error"]["message"]
    assert lines(library, cast) == []


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


def test_one_draft_is_edited_in_its_row(library: Library, cast: Cast, mira: FlaskClient) -> None:
    terms = _vocabulary(library)
    item = send(mira, "story.txt", STORY.encode())
    work(library)
    draft = line(library, cast, item).asset
    assert draft is not None
    answer = post(
        mira,
        f"/upload/assets/{draft.public_id}",
        title="How the queue went",
        audience="internal",
        content_type=str(terms["Case study"]),
        industry=[str(terms["Grocery"]), str(terms["Parcel"])],
    )
    assert answer.json == {"message": "Saved."}
    edited = line(library, cast, item).asset
    assert edited is not None
    assert (edited.title, edited.audience, edited.content_type) == (
        "How the queue went",
        "internal",
        "Case study",
    )
    assert edited.labels("industry") == ("Grocery", "Parcel")


def test_a_draft_cannot_lose_its_title(library: Library, cast: Cast, mira: FlaskClient) -> None:
    item = send(mira, "story.txt", STORY.encode())
    work(library)
    draft = line(library, cast, item).asset
    assert draft is not None
    answer = post(mira, f"/upload/assets/{draft.public_id}", title="  ")
    assert answer.status_code == 422
    assert answer.json["error"]["fields"] == {"title": "Give it a title."}


def test_several_drafts_get_the_same_facets_and_keep_what_was_left_open(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    terms = _vocabulary(library)
    ids = [
        make_asset(library, f"Draft {n}", publish=False, terms={"product": ["Yard"]})
        for n in range(3)
    ]
    answer = post(mira, "/upload/edit", asset=ids[:2], industry=str(terms["Grocery"]), audience="")
    assert answer.json == {"message": "2 drafts changed."}
    with library.database.reading() as session:
        today = library.clock.now().date()
        found = [queries.visible_asset(session, cast.mira, i, today=today).line for i in ids]
    assert [one.labels("industry") for one in found] == [("Grocery",), ("Grocery",), ()]
    assert {one.labels("product") for one in found} == {("Yard",)}


def test_an_edit_of_several_is_all_or_nothing(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    terms = _vocabulary(library)
    known = make_asset(library, "Draft", publish=False)
    answer = post(mira, "/upload/edit", asset=[known, "nothing"], industry=str(terms["Grocery"]))
    assert answer.status_code == 404
    with library.database.reading() as session:
        today = library.clock.now().date()
        found = queries.visible_asset(session, cast.mira, known, today=today).line
    assert found.labels("industry") == ()


def test_selected_drafts_are_published_together_and_a_published_one_stays(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    ids = [make_asset(library, f"Draft {n}", publish=False) for n in range(2)]
    already = make_asset(library, "Out already")
    answer = post(mira, "/upload/publish", asset=[*ids, already])
    assert answer.json == {"message": "2 assets published."}
    with library.database.reading() as session:
        today = library.clock.now().date()
        for asset in ids:
            assert queries.visible_asset(session, cast.rosa, asset, today=today)


@pytest.mark.parametrize("path", ["/upload/publish", "/upload/edit"])
def test_nothing_selected_is_told_so(mira: FlaskClient, path: str) -> None:
    answer = post(mira, path, audience="internal")
    assert answer.status_code == 422
    assert answer.json["error"]["message"] == "Select at least one draft first."


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


def _vocabulary(library: Library) -> dict[str, int]:
    """Facets with two terms each; label -> id."""
    found = {}
    with library.database.unit_of_work() as session:
        taxonomy.ensure_starting_facets(session)
        for key, labels in (
            ("content_type", ("Case study", "Deck")),
            ("industry", ("Grocery", "Parcel")),
        ):
            facet = taxonomy.put_facet(
                session,
                key=key,
                label=key.replace("_", " ").title(),
                many=key != "content_type",
                position=0,
            )
            for label in labels:
                found[label] = taxonomy.put_term(session, facet=facet, label=label).id
    return found
