"""A file that leaves with its reader and the time on every page."""

from io import BytesIO

import pypdfium2
import pytest
from flask import Flask
from reportlab.pdfgen.canvas import Canvas
from werkzeug.test import TestResponse

from contentlib.asset import service as assets
from contentlib.asset.models import AssetVersion
from contentlib.asset.service import NewContent
from contentlib.engagement.models import Download
from contentlib.library import Library
from tests.cast import Cast
from tests.factories import document
from tests.web.gating import ANN, draw_pages, gated, proven
from tests.web.viewing import buyer, rows_of, viewer_app


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


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
    draw_pages(library)
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
