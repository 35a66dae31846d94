"""A line across each page: readable on any page, beside words that stay words."""

from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from contentlib.errors import FileRefused
from contentlib.ports import Limits
from indexer import Documents
from indexer.watermark import writable

# a process of its own for each file
pytestmark = pytest.mark.slow

TEXT = "For zoe@buyer.example · 2 Mar 2026 09:00 UTC · Norrvane"


def _watermarked(source: Path | list[Path], into: Path, text: str = TEXT) -> Path:
    into.mkdir(exist_ok=True)
    return Documents().watermark(source, text=text, limits=Limits(), into=into)


def _words(pdf: Path) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    found = [opened[n].get_textpage().get_text_bounded() for n in range(len(opened))]
    opened.close()
    return found


def _picture(pdf: Path, page: int = 0) -> Image.Image:
    opened = pypdfium2.PdfDocument(pdf)
    image = opened[page].render(scale=1).to_pil().convert("L")
    opened.close()
    return image


def _where_changed(before: Path, after: Path, page: int = 0) -> tuple[float, float, float, float]:
    """The box of what is new on a page, as parts of its width and height."""
    old, new = _picture(before, page), _picture(after, page)
    assert old.size == new.size
    box = ImageChops.difference(old, new).point(lambda v: 255 * (v > 8)).getbbox()
    assert box is not None, "nothing was written"
    width, height = old.size
    return box[0] / width, box[1] / height, box[2] / width, box[3] / height


def _paper(path: Path, pages: int = 3) -> Path:
    canvas = Canvas(str(path))
    for n in range(1, pages + 1):
        canvas.drawString(72, 700, f"Words of page {n}")
        canvas.showPage()
    canvas.save()
    return path


def test_every_page_bears_the_line_and_keeps_its_words(tmp_path: Path) -> None:
    made = _watermarked(_paper(tmp_path / "a.pdf"), tmp_path / "out")
    for n, words in enumerate(_words(made), start=1):
        assert f"Words of page {n}" in words and TEXT in words


def test_the_original_is_left_as_it_was(tmp_path: Path) -> None:
    source = _paper(tmp_path / "a.pdf")
    before = source.read_bytes()
    _watermarked(source, tmp_path / "out")
    assert source.read_bytes() == before


def test_the_line_lies_across_the_page_whatever_its_shape_or_turn(tmp_path: Path) -> None:
    source = tmp_path / "shapes.pdf"
    canvas = Canvas(str(source))
    for size, turn in (((595, 842), 0), ((960, 540), 0), ((595, 842), 90), ((300, 300), 270)):
        canvas.setPageSize(size)
        canvas.setPageRotation(turn)
        canvas.drawString(10, 10, "x")
        canvas.showPage()
    for crop in ((200, 300, 500, 700), (100, 200, 5_000, 9_000)):
        canvas.setPageRotation(0)
        canvas.setPageSize((595, 842))
        canvas.setCropBox(crop)
        canvas.showPage()
    canvas.save()
    made = _watermarked(source, tmp_path / "out")
    for page in range(6):
        left, top, right, bottom = _where_changed(source, made, page)
        assert left < 0.25 and right > 0.75, page
        assert top < 0.35 and bottom > 0.65, page
        assert min(left, top, 1 - right, 1 - bottom) > 0.005, f"page {page}: over the edge"


@pytest.mark.parametrize("paper", ["white", "black"])
def test_the_line_is_seen_on_light_and_on_dark_pages_and_covers_nothing(
    tmp_path: Path, paper: str
) -> None:
    source = tmp_path / "a.pdf"
    canvas = Canvas(str(source), pagesize=(595, 842))
    canvas.setFillGray(1 if paper == "white" else 0)
    canvas.rect(0, 0, 595, 842, fill=1, stroke=0)
    canvas.save()
    made = _watermarked(source, tmp_path / "out")
    least, most = _picture(made).getextrema()
    assert 40 <= most - least <= 80  # of 255: there, and light


def test_a_page_that_moves_and_scales_its_own_paper_bears_it_in_its_place(tmp_path: Path) -> None:
    plain, moved = tmp_path / "plain.pdf", tmp_path / "moved.pdf"
    for path, prelude in ((plain, "1 0 0 1 0 0 cm"), (moved, "0.1 0 0 0.1 300 400 cm q")):
        canvas = Canvas(str(path), pagesize=(600, 800), pageCompression=0)
        canvas._code.insert(0, prelude)
        canvas.drawString(10, 10, "x")
        canvas.showPage()
        canvas.save()
    boxes = [
        _where_changed(path, _watermarked(path, tmp_path / f"out-{path.stem}"))
        for path in (plain, moved)
    ]
    assert boxes[1] == pytest.approx(boxes[0], abs=0.02)


def test_a_pdf_that_may_be_opened_but_not_changed_stays_so(tmp_path: Path) -> None:
    source = tmp_path / "locked.pdf"
    locked = StandardEncryption("", ownerPassword="owner", canModify=0, canCopy=0)
    canvas = Canvas(str(source), encrypt=locked)
    canvas.drawString(72, 700, "Words of page 1")
    canvas.save()
    made = _watermarked(source, tmp_path / "out")
    assert TEXT in _words(made)[0]
    assert b"/Encrypt" in made.read_bytes()


def test_pictures_become_the_pages_of_a_pdf_in_their_order(tmp_path: Path) -> None:
    paths = []
    for n, size in enumerate(((1400, 788), (990, 1400))):
        path = tmp_path / f"page-{n}.webp"
        Image.new("RGB", size, "white").save(path, "WEBP")
        paths.append(path)
    made = _watermarked(paths, tmp_path / "out")
    assert all(TEXT in words for words in _words(made))
    opened = pypdfium2.PdfDocument(made)
    shapes = [opened[n].get_width() > opened[n].get_height() for n in range(2)]
    opened.close()
    assert shapes == [True, False]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"PK\x03\x04 a zip"])
def test_what_is_no_pdf_is_refused(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "odd.pdf"
    source.write_bytes(content)
    with pytest.raises(FileRefused):
        _watermarked(source, tmp_path / "out")


def test_a_file_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(FileRefused) as refusal:
        Documents().watermark(
            _paper(tmp_path / "a.pdf", pages=400),
            text=TEXT,
            limits=Limits(seconds=0.05),
            into=tmp_path / "out",
        )
    assert refusal.value.code == "timed_out"


def test_a_file_with_more_pages_than_allowed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(FileRefused) as refusal:
        Documents().watermark(
            _paper(tmp_path / "a.pdf"), text=TEXT, limits=Limits(pages=2), into=tmp_path / "out"
        )
    assert refusal.value.code == "too_many_pages"


def test_letters_beyond_the_font_become_plain_ones_and_the_rest_is_left_out(
    tmp_path: Path,
) -> None:
    text = "For zoë@łódź.example · 2 Mar 2026 · 東京 Docks & Söhne"
    made = _watermarked(_paper(tmp_path / "a.pdf"), tmp_path / "out", text)
    assert "For zoë@lódz.example · 2 Mar 2026 · Docks & Söhne" in _words(made)[0]


@given(st.text(max_size=60))
def test_whatever_is_to_be_written_can_be(text: str) -> None:
    line = writable(text)
    assert line == writable(line)
    assert line.isprintable() and line.encode("cp1252") is not None
