"""What a file is: by its bytes, against what its name says."""

import struct
import zipfile
from pathlib import Path

import pytest

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import read_file
from tests.indexer import documents as files


def _ole(*streams: str) -> bytes:
    """The beginnings of a compound file ([MS-CFB] 2.2, 2.6.1) with a directory of these names."""
    entries = b""
    for name in ("Root Entry", *streams):
        text = name.encode("utf-16-le") + b"\0\0"
        entries += text.ljust(64, b"\0") + struct.pack("<HB", len(text), 2) + bytes(61)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\1") + entries


def _read(tmp_path: Path, content: bytes, name: str) -> ExtractedDocument:
    path = tmp_path / "stored"
    path.write_bytes(content)
    return read_file(path, name, Limits())


def _refusal(tmp_path: Path, content: bytes, name: str) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        _read(tmp_path, content, name)
    assert caught.value.sentence.endswith(".")
    return caught.value


PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
ZIP = b"PK\x05\x06" + bytes(18)


@pytest.mark.parametrize(
    ("content", "name", "format"),
    [
        (PNG, "a.png", "image"),
        (PNG, "a.jpg", "image"),
        (PNG, "no ending", "image"),
        (b"\0\0\0\x18ftypmp42" + bytes(40), "film.mp4", "video"),
        (b"\x1a\x45\xdf\xa3" + bytes(40), "film.webm", "video"),
        (b"ID3\x04" + bytes(40), "talk.mp3", "audio"),
        (b"OggS" + bytes(40), "talk.ogg", "audio"),
        (ZIP, "all.zip", "archive"),
        (b"Rar!\x1a\x07" + bytes(40), "all.rar", "archive"),
        (b"\x1f\x8b\x08" + bytes(40), "all.tar.gz", "archive"),
        (b"{\\rtf1 hello}", "letter.rtf", "other"),
        (b"{\\rtf1 hello}", "letter.doc", "other"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.svg", "image"),
        (b"From: a@b.example\nTo: c@d.example\nSubject: x\n\nHi", "mail.eml", "other"),
        (b"From: a@b.example\nTo: c@d.example\nSubject: x\n\nHi", "mail", "other"),
        (bytes(range(256)) * 8, "thing.xyz", "other"),
    ],
)
def test_a_file_without_text_is_catalogued_with_a_sentence(
    tmp_path: Path, content: bytes, name: str, format: str
) -> None:
    found = _read(tmp_path, content, name)
    assert found.format == format
    assert found.pages == ()
    (warning,) = found.warnings
    assert warning.startswith("This is a") and warning.endswith(".")


@pytest.mark.parametrize(
    ("stream", "name", "said"),
    [
        ("PowerPoint Document", "old.ppt", "save it as PPTX"),
        ("WordDocument", "old.doc", "save it as DOCX"),
        ("Workbook", "old.xls", "save it as XLSX"),
        ("__substg1.0_0037001F", "mail.msg", "Outlook message"),
    ],
)
def test_an_old_office_file_is_catalogued_and_says_what_to_do(
    tmp_path: Path, stream: str, name: str, said: str
) -> None:
    found = _read(tmp_path, _ole(stream), name)
    assert found.format == "other"
    assert said in found.warnings[0]


@pytest.mark.parametrize("name", ["deck.pptx", "letter.docx", "book.xlsx", "no ending"])
def test_an_office_file_with_a_password_is_refused(tmp_path: Path, name: str) -> None:
    encrypted = _ole("EncryptionInfo", "EncryptedPackage")
    assert _refusal(tmp_path, encrypted, name).code == "encrypted"


@pytest.mark.parametrize(
    ("content", "name", "really"),
    [
        (b"<html><body>Sign in first</body></html>", "deck.pptx", "web page"),
        (b"<!-- saved --><!DOCTYPE html><p>x", "brochure.pdf", "web page"),
        (b"just a few words", "letter.docx", "plain text"),
        (b"%PDF-1.7\n", "letter.docx", "PDF"),
        (PNG, "brochure.pdf", "PNG"),
        (_ole("PowerPoint Document"), "deck.pptx", "PPT"),
        (ZIP, "deck.pptx", "archive"),
        (b"%PDF-1.7\n", "notes.txt", "PDF"),
        (_ole("WordDocument"), "photo.jpg", "DOC"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_by_its_real_name(
    tmp_path: Path, content: bytes, name: str, really: str
) -> None:
    refusal = _refusal(tmp_path, content, name)
    assert refusal.code == "mislabelled"
    assert really in refusal.sentence


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.md", "a"])
def test_nothing_but_zero_bytes_is_an_empty_file(tmp_path: Path, name: str) -> None:
    assert _refusal(tmp_path, bytes(200_000), name).code == "empty"


def test_zero_bytes_before_the_content_are_not_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refusal:
        _read(tmp_path, bytes(100_000) + b"words", "a.pdf")
    assert refusal.value.code == "damaged"


@pytest.mark.parametrize("name", ["brochure.pdf", "deck.pptx"])
def test_bytes_that_are_nothing_known_are_a_damaged_file(tmp_path: Path, name: str) -> None:
    assert _refusal(tmp_path, bytes(range(256)) * 8, name).code == "damaged"


def test_a_file_without_an_ending_goes_by_its_bytes(tmp_path: Path) -> None:
    letter = files.a_letter(tmp_path / "l.docx").read_bytes()
    assert _read(tmp_path, letter, "letter").format == "docx"
    assert _read(tmp_path, b"<!doctype html><p>Words of a page</p>", "page").format == "html"
    assert _read(tmp_path, b"a few words", "note").format == "text"


def test_junk_before_the_header_of_a_pdf_is_tolerated(tmp_path: Path) -> None:
    pdf = files.a_pdf(tmp_path / "p.pdf", "The words behind the junk").read_bytes()
    found = _read(tmp_path, b"\r\n<!-- proxy banner -->\r\n" * 10 + pdf, "p.pdf")
    assert found.pages[0].text == "The words behind the junk"


@pytest.mark.parametrize("length", [4, 30, 200, 2000])
@pytest.mark.parametrize("name", ["d.pptx", "l.docx", "w.xlsx", "p.pdf"])
def test_a_file_cut_off_anywhere_is_refused_with_a_sentence(
    tmp_path: Path, name: str, length: int
) -> None:
    whole = {
        "d.pptx": lambda p: files.a_deck(p, ("a", "b", "")),
        "l.docx": files.a_letter,
        "w.xlsx": files.a_workbook,
        "p.pdf": lambda p: files.a_pdf(p, *["words " * 40] * 30),
    }[name](tmp_path / name)
    cut = whole.read_bytes()[:length]
    assert _refusal(tmp_path, cut, name).code in {"damaged", "mislabelled"}


def test_a_package_of_too_much_xml_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as bomb,
        bomb.open("word/document.xml", "w") as part,
    ):
        for _ in range(70):
            part.write(b" " * (1 << 20))
    with pytest.raises(FileRefused) as refusal:
        read_file(tmp_path / "bomb.docx", "bomb.docx", Limits(memory_mb=128))
    assert refusal.value.code == "too_large"
