"""Pictures of pages: what a buyer may see, in the right order, under the right numbers."""

import re
import shutil
import zipfile
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from contentlib.ports import Limits, Rendering
from indexer import Documents
from tests.indexer import documents as files

# processes, models and programs of their own
pytestmark = pytest.mark.slow

needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not there")


def _render(path: Path, format: str, into: Path, limits: Limits | None = None) -> Rendering:
    return Documents().render(path, format=format, limits=limits or Limits(), into=into)


def _reddish(rendering: Rendering) -> int:
    """How many pixels of the first page are red."""
    with Image.open(rendering.pages[0].path) as image:
        small = image.convert("RGB").resize((200, 200))
    red, green, _ = small.split()
    return sum(r > 180 and g < 80 for r, g in zip(red.tobytes(), green.tobytes(), strict=True))


def test_no_more_pages_are_drawn_than_allowed_and_it_says_so(tmp_path: Path) -> None:
    pdf = files.a_pdf(tmp_path / "a.pdf", *["x"] * 5)
    drawn = _render(pdf, "pdf", tmp_path / "out", Limits(pages=3))
    assert [p.number for p in drawn.pages] == [1, 2, 3]
    assert drawn.reason == "The first 3 of 5 pages were drawn."


def test_a_page_of_any_shape_is_1400_pixels_long(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "s.pdf"))
    for size in ((200, 100), (100, 5000), (14000, 14000)):
        canvas.setPageSize(size)
        canvas.drawString(10, 10, "x")
        canvas.showPage()
    canvas.save()
    drawn = _render(tmp_path / "s.pdf", "pdf", tmp_path / "out")
    assert [max(p.width, p.height) for p in drawn.pages] == [1400, 1400, 1400]
    for page in drawn.pages:
        with Image.open(page.path) as image:
            assert image.size == (page.width, page.height)


def test_only_finished_pictures_lie_in_the_folder(tmp_path: Path) -> None:
    _render(files.a_pdf(tmp_path / "a.pdf", "x", "y"), "pdf", tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "card.jpg",
        "page-0001.small.webp",
        "page-0001.webp",
        "page-0002.small.webp",
        "page-0002.webp",
        "thumbnail.webp",
    ]


def test_each_page_has_a_small_picture_and_the_first_a_card_to_unfold(tmp_path: Path) -> None:
    drawn = _render(files.a_pdf(tmp_path / "a.pdf", "x", "y"), "pdf", tmp_path / "out")
    assert len(drawn.files) == 6 and drawn.card is not None
    for page in drawn.pages:
        assert page.small is not None
        with Image.open(page.small) as image:
            assert image.width == 200 and image.height < 400
    with Image.open(drawn.card) as card:
        assert (card.format, card.size) == ("JPEG", (1200, 630))


def test_a_pdf_with_a_password_has_a_reason(tmp_path: Path) -> None:
    drawn = _render(files.a_pdf(tmp_path / "p.pdf", "x", password="pw"), "pdf", tmp_path / "out")
    assert drawn.pages == () and drawn.thumbnail is None
    assert drawn.reason is not None and "password" in drawn.reason


def test_a_damaged_file_has_a_reason(tmp_path: Path) -> None:
    (tmp_path / "d.pdf").write_bytes(b"%PDF-1.7 nothing follows")
    drawn = _render(tmp_path / "d.pdf", "pdf", tmp_path / "out")
    assert drawn.pages == ()
    assert drawn.reason is not None and "damaged" in drawn.reason


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "webp", "bmp", "tiff"])
def test_an_image_is_one_page_no_longer_than_1400_pixels(tmp_path: Path, ending: str) -> None:
    Image.new("RGB", (3000, 1500), "red").save(tmp_path / f"i.{ending}")
    drawn = _render(tmp_path / f"i.{ending}", "image", tmp_path / "out")
    assert [(p.number, p.width, p.height) for p in drawn.pages] == [(1, 1400, 700)]
    assert _reddish(drawn) > 30_000


def test_what_is_transparent_is_drawn_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (100, 100), (255, 0, 0, 0)).save(tmp_path / "t.png")
    drawn = _render(tmp_path / "t.png", "image", tmp_path / "out")
    with Image.open(drawn.pages[0].path) as image:
        assert image.convert("RGB").getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.slow
def test_an_image_of_too_many_pixels_is_not_decoded(tmp_path: Path) -> None:
    Image.new("1", (30_000, 30_000)).save(tmp_path / "bomb.png")
    drawn = _render(tmp_path / "bomb.png", "image", tmp_path / "out", Limits(memory_mb=512))
    assert drawn.pages == ()
    assert drawn.reason is not None and "30000 x 30000" in drawn.reason


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n broken", b"<svg/>"])
def test_an_image_that_cannot_be_drawn_has_a_reason(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    drawn = _render(tmp_path / "x.png", "image", tmp_path / "out")
    assert drawn.pages == ()
    assert drawn.reason is not None and drawn.reason.endswith(".")


@pytest.mark.parametrize("format", ["html", "markdown", "text", "video", "archive", "other"])
def test_what_is_not_drawn_says_why(tmp_path: Path, format: str) -> None:
    (tmp_path / "x").write_bytes(b"words")
    drawn = _render(tmp_path / "x", format, tmp_path / "out")
    assert drawn.pages == ()
    assert drawn.reason is not None and drawn.reason.endswith(".")


@needs_office
@pytest.mark.slow
def test_a_hidden_sheet_is_never_drawn(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "shown"
    secret = book.create_sheet("Margins")
    for row in range(1, 40):
        for column in range(1, 10):
            secret.cell(row, column).fill = openpyxl.styles.PatternFill("solid", fgColor="FF0000")
    secret.sheet_state = "hidden"
    book.create_sheet("Prices")["A1"] = "shown too"
    book.move_sheet("Margins", offset=-1)
    book.active = 1
    book.save(tmp_path / "w.xlsx")
    drawn = _render(tmp_path / "w.xlsx", "xlsx", tmp_path / "out")
    read = Documents().read(tmp_path / "w.xlsx", file_name="w.xlsx", limits=Limits())
    assert [p.number for p in drawn.pages] == [p.number for p in read.pages] == [1, 2]
    assert _reddish(drawn) == 0


@needs_office
@pytest.mark.slow
def test_a_hidden_slide_is_never_drawn_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    for title in ("one", "two", "three"):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = title
    deck.slides[1]._element.set("show", "0")
    deck.save(str(tmp_path / "d.pptx"))
    drawn = _render(tmp_path / "d.pptx", "pptx", tmp_path / "out")
    assert [p.number for p in drawn.pages] == [1, 3]


@needs_office
@pytest.mark.slow
def test_a_picture_linked_from_outside_never_comes_into_a_preview(tmp_path: Path) -> None:
    Image.new("RGB", (300, 300), "red").save(tmp_path / "secret.png")
    letter = docx.Document()
    letter.add_paragraph("Before")
    letter.add_picture(str(tmp_path / "secret.png"))
    letter.save(str(tmp_path / "embedded.docx"))
    outside = (tmp_path / "secret.png").as_uri().encode()
    with (
        zipfile.ZipFile(tmp_path / "embedded.docx") as old,
        zipfile.ZipFile(tmp_path / "linked.docx", "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name).replace(b"r:embed=", b"r:link=")
            if name == "word/_rels/document.xml.rels":
                target = b'Target="' + outside + b'" TargetMode="External"'
                content = re.sub(rb'Target="media/[^"]+"', target, content)
            if not name.startswith("word/media/"):
                new.writestr(name, content)
    assert _reddish(_render(tmp_path / "embedded.docx", "docx", tmp_path / "a")) > 100
    assert _reddish(_render(tmp_path / "linked.docx", "docx", tmp_path / "b")) == 0


@needs_office
@pytest.mark.slow
def test_an_office_that_takes_too_long_is_stopped_with_a_reason(tmp_path: Path) -> None:
    deck = files.a_deck(tmp_path / "d.pptx", ("One", "a", ""))
    drawn = _render(deck, "pptx", tmp_path / "out", Limits(seconds=0.3))
    assert drawn.pages == ()
    assert drawn.reason == "No preview: LibreOffice took longer than 0.3 seconds to draw it."
