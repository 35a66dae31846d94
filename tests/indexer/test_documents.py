"""Reading files: what a document says, page by page, and which files are refused and how."""

from pathlib import Path

import pytest
from PIL import Image

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedDocument, Limits
from indexer import Documents
from tests.indexer import documents as files

LIMITS = Limits(seconds=20, memory_mb=1024, pages=50, text_chars=200_000, file_mb=20)


def _read(path: Path, name: str | None = None, limits: Limits = LIMITS) -> ExtractedDocument:
    return Documents().read(path, file_name=name or path.name, limits=limits)


def _refusal(path: Path, name: str | None = None, limits: Limits = LIMITS) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        _read(path, name, limits)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return caught.value


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_each_page_of_a_pdf_keeps_its_words(tmp_path: Path) -> None:
    found = _read(files.a_pdf(tmp_path / "a.pdf", "First words", "Second words"))
    assert [(p.number, p.text) for p in found.pages] == [(1, "First words"), (2, "Second words")]
    assert found.format == "pdf"


def test_speaker_notes_are_kept_apart_from_what_a_buyer_may_read(tmp_path: Path) -> None:
    deck = files.a_deck(tmp_path / "d.pptx", ("Why now", "Queues cost money", "Mention Hallstrom"))
    page = _read(deck).pages[0]
    assert "Queues cost money" in page.text
    assert "Hallstrom" not in page.text
    assert page.notes == "Mention Hallstrom"
    assert page.headings == ("Why now",)


def test_a_table_on_a_slide_is_one_line_a_row(tmp_path: Path) -> None:
    text = _read(files.a_deck_with_table(tmp_path / "t.pptx")).pages[0].text
    assert "Plan | Price\nDock | 400 EUR" in text


def test_a_letter_keeps_headings_tables_and_page_breaks(tmp_path: Path) -> None:
    found = _read(files.a_letter(tmp_path / "l.docx"))
    assert len(found.pages) == 2
    assert "Gate | Use\n4 | Inbound" in found.pages[0].text
    assert "Yard rules" in found.pages[0].headings
    assert found.pages[1].text == "The second page speaks of seals."


def test_a_hidden_sheet_is_left_out_with_a_warning(tmp_path: Path) -> None:
    found = _read(files.a_workbook(tmp_path / "w.xlsx"))
    assert [p.label for p in found.pages] == ["Prices"]
    assert "Dock | 400" in found.pages[0].text
    assert "secret" not in found.pages[0].text
    assert any("Margins" in warning for warning in found.warnings)


def test_a_stored_file_without_an_ending_is_read_by_its_uploaders_name(tmp_path: Path) -> None:
    stored = files.a_workbook(tmp_path / "w.xlsx").rename(tmp_path / "0f1e2d")
    assert _read(stored, "prices.xlsx").format == "xlsx"


def test_a_web_page_gives_its_main_text_address_and_description(tmp_path: Path) -> None:
    page = _bytes(
        tmp_path / "p.html",
        b"<html lang='en'><head><title>Dock queues</title>"
        b"<link rel='canonical' href='https://norrvane.example/queues'>"
        b"<meta name='description' content='Why trailers wait.'></head><body>"
        b"<nav>Home Products Careers</nav><main><h1>Dock queues</h1>"
        b"<p>Trailers wait because nobody knows who comes next.</p></main>"
        b"<footer>Imprint Privacy</footer><script>track()</script></body></html>",
    )
    found = _read(page)
    text = found.pages[0].text
    assert "Trailers wait because" in text
    assert not any(word in text for word in ("Careers", "Imprint", "track"))
    assert found.title == "Dock queues"
    assert found.canonical_url == "https://norrvane.example/queues"
    assert found.description == "Why trailers wait."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_text_is_read_in_whatever_encoding(tmp_path: Path, encoding: str) -> None:
    told = "Größe und Gewähr: übermäßig viele Anhänger stehen am Tor und warten. " * 4
    found = _read(_bytes(tmp_path / "t.txt", told.encode(encoding)))
    assert "Größe und Gewähr: übermäßig" in found.pages[0].text


def test_a_picture_is_catalogued_with_a_warning(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "p.png")
    found = _read(tmp_path / "p.png")
    assert found.format == "image"
    assert not found.has_text
    assert len(found.warnings) == 1


def test_a_file_of_another_type_is_catalogued_with_a_warning(tmp_path: Path) -> None:
    found = _read(_bytes(tmp_path / "x.bin", bytes(range(256)) * 20))
    assert (found.format, len(found.warnings)) == ("other", 1)


def test_a_scan_is_catalogued_with_its_pages_and_a_warning(tmp_path: Path) -> None:
    Image.new("RGB", (400, 600), "white").save(tmp_path / "scan.pdf")
    found = _read(tmp_path / "scan.pdf")
    assert (len(found.pages), found.has_text) == (1, False)
    assert any("No text" in warning for warning in found.warnings)


def test_a_pdf_with_a_password_is_refused(tmp_path: Path) -> None:
    assert _refusal(files.a_pdf(tmp_path / "p.pdf", "x", password="pw")).code == "encrypted"


def test_a_file_cut_off_on_its_way_is_refused(tmp_path: Path) -> None:
    whole = files.a_letter(tmp_path / "l.docx").read_bytes()
    cut = _bytes(tmp_path / "cut.docx", whole[: len(whole) // 2])
    assert _refusal(cut).code == "damaged"


def test_a_file_that_is_not_what_its_name_says_is_refused_and_named(tmp_path: Path) -> None:
    deck = files.a_deck(tmp_path / "d.pptx", ("A", "B", ""))
    refusal = _refusal(deck, "brochure.pdf")
    assert refusal.code == "mislabelled"
    assert "PPTX" in str(refusal)


@pytest.mark.parametrize("content", [b"", bytes(4096)])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert _refusal(_bytes(tmp_path / "e.docx", content)).code == "empty"


def test_too_many_pages_are_refused_and_counted(tmp_path: Path) -> None:
    refusal = _refusal(files.a_pdf(tmp_path / "long.pdf", *(["x"] * 51)))
    assert refusal.code == "too_many_pages"
    assert "51" in str(refusal)


def test_too_much_text_is_refused(tmp_path: Path) -> None:
    path = _bytes(tmp_path / "t.txt", b"words and words. " * 20_000)
    roomy = Limits(seconds=20, pages=5000, text_chars=200_000)
    assert _refusal(path, limits=roomy).code == "too_large"


def test_an_archive_bomb_is_refused_within_the_limits(tmp_path: Path) -> None:
    bomb = files.a_zip_bomb(tmp_path / "bomb.docx")
    assert bomb.stat().st_size < 3_000_000
    assert _refusal(bomb).code in {"too_large", "out_of_memory", "damaged"}


def test_an_entity_in_a_letter_reads_no_file_of_the_machine(tmp_path: Path) -> None:
    letter = files.a_letter(tmp_path / "l.docx")
    sneaky = files.with_entity(tmp_path / "s.docx", letter)
    hostname = Path("/etc/hostname").read_text().strip() if Path("/etc/hostname").exists() else ""
    try:
        text = " ".join(page.text for page in _read(sneaky).pages)
    except FileRefused as refusal:
        assert refusal.code == "damaged"
    else:
        assert not hostname or hostname not in text


def test_text_that_came_without_a_file_is_a_document_too() -> None:
    found = Documents().of_text("# Not a heading\n\nTwo paragraphs.")
    assert found.format == "text"
    assert "Two paragraphs." in found.pages[0].text


def test_a_pdf_is_drawn_page_by_page_with_a_thumbnail(tmp_path: Path) -> None:
    pdf = files.a_pdf(tmp_path / "a.pdf", "One", "Two")
    into = tmp_path / "pages"
    into.mkdir()
    drawn = Documents().render(pdf, format="pdf", limits=LIMITS, into=into)
    assert [page.number for page in drawn.pages] == [1, 2]
    assert drawn.thumbnail is not None
    with Image.open(drawn.pages[0].path) as image:
        assert image.format == "WEBP"
        assert image.size == (drawn.pages[0].width, drawn.pages[0].height)
        assert max(image.size) > 1000
    with Image.open(drawn.thumbnail) as thumbnail:
        assert thumbnail.width <= 480


@pytest.mark.slow
def test_a_deck_is_drawn_where_an_office_is_installed(tmp_path: Path) -> None:
    deck = files.a_deck(tmp_path / "d.pptx", ("One", "a", ""), ("Two", "b", ""))
    into = tmp_path / "pages"
    into.mkdir()
    drawn = Documents().render(deck, format="pptx", limits=Limits(), into=into)
    assert len(drawn.pages) == 2, drawn.reason


def test_a_deck_without_an_office_gets_an_honest_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    deck = files.a_deck(tmp_path / "d.pptx", ("One", "a", ""))
    drawn = Documents().render(deck, format="pptx", limits=LIMITS, into=tmp_path)
    assert drawn.pages == ()
    assert drawn.reason is not None and drawn.reason.endswith(".")


def test_plain_text_is_not_drawn_and_says_so(tmp_path: Path) -> None:
    path = _bytes(tmp_path / "t.txt", b"words")
    drawn = Documents().render(path, format="text", limits=LIMITS, into=tmp_path)
    assert drawn.pages == () and drawn.reason
