"""A manifest over the web: words and addresses at once, paths when their files come."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient

from contentlib.library import Library
from tests.cast import Cast
from tests.factories import csrf_token, sign_in
from tests.web.uploads import STORY, line, lines, post, send, work
from web import create_app


@pytest.fixture
def mira(library: Library, cast: Cast) -> FlaskClient:
    """Mira's browser, signed in."""
    return sign_in(create_app(library).test_client(), cast.mira)


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
