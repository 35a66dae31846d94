"""PDF: the words of each page, whole words, blocks apart; protection and damage said plainly."""

from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import read_file
from tests.indexer import documents as files


def _read(path: Path, limits: Limits | None = None) -> ExtractedDocument:
    return read_file(path, path.name, limits or Limits())


def test_a_pdf_that_only_forbids_copying_is_read(tmp_path: Path) -> None:
    locked = StandardEncryption(userPassword="", ownerPassword="owner", canCopy=0, canPrint=0)
    canvas = Canvas(str(tmp_path / "c.pdf"), encrypt=locked)
    canvas.drawString(72, 700, "Readable by anybody")
    canvas.save()
    assert _read(tmp_path / "c.pdf").pages[0].text == "Readable by anybody"


def test_a_pdf_that_needs_a_password_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refusal:
        _read(files.a_pdf(tmp_path / "p.pdf", "x", password="user"))
    assert refusal.value.code == "encrypted"
    assert "without the password" in refusal.value.sentence


def test_lines_apart_are_blocks_and_lines_together_are_not(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "b.pdf"))
    for line, height in (("One", 700), ("two", 686), ("three", 672), ("New", 630), ("block", 616)):
        canvas.drawString(72, height, line)
    canvas.save()
    assert _read(tmp_path / "b.pdf").pages[0].text == "One\ntwo\nthree\n\nNew\nblock"


def test_bookmarks_are_the_headings_of_their_pages(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "o.pdf"))
    for title in ("Why now", "What it costs"):
        canvas.bookmarkPage(title)
        canvas.addOutlineEntry(title, title)
        canvas.drawString(72, 700, "words")
        canvas.showPage()
    canvas.save()
    assert [p.headings for p in _read(tmp_path / "o.pdf").pages] == [
        ("Why now",),
        ("What it costs",),
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Norrvane at a glance", "Norrvane at a glance"), ("brochure_v2.docx", None), ("", None)],
)
def test_only_a_title_a_person_gave_is_kept(tmp_path: Path, given: str, kept: str | None) -> None:
    canvas = Canvas(str(tmp_path / "t.pdf"))
    canvas.setTitle(given)
    canvas.drawString(72, 700, "words")
    canvas.save()
    assert _read(tmp_path / "t.pdf").title == kept


def test_pictures_with_hardly_a_word_are_warned_of(tmp_path: Path) -> None:
    Image.new("RGB", (60, 60), "teal").save(tmp_path / "p.png")
    canvas = Canvas(str(tmp_path / "w.pdf"))
    canvas.drawImage(str(tmp_path / "p.png"), 72, 300)
    canvas.drawString(72, 700, "Fig. 1")
    canvas.save()
    assert "Almost no text" in _read(tmp_path / "w.pdf").warnings[0]


def test_a_short_text_without_pictures_is_not_warned_of(tmp_path: Path) -> None:
    assert _read(files.a_pdf(tmp_path / "s.pdf", "Short and good")).warnings == ()


def test_scanned_pages_among_others_are_counted(tmp_path: Path) -> None:
    found = _read(files.a_pdf(tmp_path / "m.pdf", "words " * 20, "", "", "words " * 20))
    assert found.warnings[0].startswith("2 of its 4 pages have no text")


def test_too_many_pages_are_refused_before_any_is_read(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refusal:
        _read(files.a_pdf(tmp_path / "l.pdf", *["x"] * 12), Limits(pages=11))
    assert refusal.value.code == "too_many_pages"


def test_a_pdf_cut_off_is_read_as_far_as_it_goes_or_refused(tmp_path: Path) -> None:
    whole = files.a_pdf(tmp_path / "w.pdf", *["many words on a page"] * 30).read_bytes()
    (tmp_path / "cut.pdf").write_bytes(whole[: len(whole) * 6 // 10])
    try:
        found = _read(tmp_path / "cut.pdf")
    except FileRefused as refusal:
        assert refusal.code == "damaged"
    else:
        assert found.has_text


def test_what_a_program_says_of_itself_is_no_description(tmp_path: Path) -> None:
    # "unspecified" is what a PDF library puts there when nobody said anything
    for subject, told in (("unspecified", None), ("Slots for trucks", "Slots for trucks")):
        canvas = Canvas(str(tmp_path / "d.pdf"))
        canvas.setSubject(subject)
        canvas.drawString(72, 720, "Docks")
        canvas.save()
        assert _read(tmp_path / "d.pdf").description == told
