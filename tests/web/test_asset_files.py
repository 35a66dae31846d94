"""The files and pictures of an asset: who gets which, and how they leave."""

from flask.testing import FlaskClient

from contentlib.library import Library
from tests.cast import Cast
from tests.factories import MONDAY, make_asset
from tests.web.browsing import (
    WEBP,
    draw,
    next_version,
    page,
)

TODAY = MONDAY.date()


def test_a_file_leaves_as_an_attachment_under_its_own_name(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    public_id = make_asset(library, "Prices")
    next_version(library, public_id, cast, "Prices now", file_name="Q3/Préis “list”.txt")
    with rosa.get(f"/assets/{public_id}/v2/file") as answer:
        assert answer.data == b"Prices now"
        assert answer.headers["Content-Length"] == "10"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        told = answer.headers["Content-Disposition"]
    assert told.startswith("attachment;")
    assert "filename*=UTF-8''Pr%C3%A9is%20%E2%80%9Clist%E2%80%9D.txt" in told


def test_a_web_page_is_never_handed_out_as_one(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    public_id = make_asset(library)
    next_version(
        library,
        public_id,
        cast,
        "<script>alert(1)</script>",
        file_name="page.html",
        format="html",
        media_type="text/html",
    )
    with rosa.get(f"/assets/{public_id}/v2/file") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_rep_takes_the_current_version_and_a_marketer_any(
    library: Library, cast: Cast, rosa: FlaskClient, mira: FlaskClient
) -> None:
    public_id = make_asset(library)
    next_version(library, public_id, cast, "Newer words")
    for client, number, status in (
        (rosa, 1, 404),
        (rosa, 2, 200),
        (mira, 1, 200),
        (mira, 2, 200),
        (mira, 3, 404),
    ):
        with client.get(f"/assets/{public_id}/v{number}/file") as answer:
            assert answer.status_code == status, (number, status)


def test_pictures_may_be_kept_by_version_and_only_by_this_browser(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    public_id = make_asset(library)
    draw(library, public_id)
    for address in ("thumbnail?v=1", "v1/pages/1.webp"):
        with rosa.get(f"/assets/{public_id}/{address}") as answer:
            assert (answer.status_code, answer.data) == (200, WEBP)
            assert answer.content_type == "image/webp"
            assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
            tag = answer.headers["ETag"]
        with rosa.get(f"/assets/{public_id}/{address}", headers={"If-None-Match": tag}) as answer:
            assert (answer.status_code, answer.data) == (304, b"")
    page(rosa, f"/assets/{public_id}/v1/pages/2.webp", status=404)
    next_version(library, public_id, cast, "Newer words")
    with rosa.get(f"/assets/{public_id}/v1/pages/1.webp") as answer:
        assert answer.status_code == 200, "a share may still show the version of then"
    page(rosa, f"/assets/{public_id}/thumbnail", status=404)


def test_files_and_pictures_of_a_draft_are_not_there_for_a_rep(
    library: Library, rosa: FlaskClient
) -> None:
    public_id = make_asset(library, publish=False)
    draw(library, public_id)
    for address in ("thumbnail?v=1", "v1/pages/1.webp", "v1/file"):
        page(rosa, f"/assets/{public_id}/{address}", status=404)
