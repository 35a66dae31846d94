"""What a file really is, by its bytes; and whether that is what its name says."""

import mimetypes
import re
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path

from contentlib.errors import FileRefused
from indexer.extract import kinds
from indexer.extract.encoding import utf16_without_mark
from indexer.extract.kinds import Kind

_HEAD_BYTES = 64 * 1024
# ISO 32000-1, appendix H.3.4.1: readers accept the header within the first 1024 bytes.
_PDF_HEADER_WITHIN = 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"\x89PNG", kinds.image("png", "a PNG image")),
    (0, b"\xff\xd8\xff", kinds.image("jpeg", "a JPEG image")),
    (0, b"GIF8", kinds.image("gif", "a GIF image")),
    (8, b"WEBP", kinds.image("webp", "a WebP image")),
    (0, b"BM", kinds.image("bmp", "a BMP image")),
    (0, b"II*\x00", kinds.image("tiff", "a TIFF image")),
    (0, b"MM\x00*", kinds.image("tiff", "a TIFF image")),
    (4, b"ftyphei", kinds.image("heic", "a HEIC image")),
    (4, b"ftypmif1", kinds.image("heic", "a HEIC image")),
    (4, b"ftypavif", kinds.image("avif", "an AVIF image")),
    (0, b"\x00\x00\x01\x00", kinds.image("x-icon", "an icon")),
    (4, b"ftypM4A", kinds.audio("mp4")),
    (4, b"ftypqt", kinds.video("quicktime")),
    (4, b"ftyp", kinds.video("mp4")),
    (0, b"\x1a\x45\xdf\xa3", kinds.video("webm")),
    (8, b"AVI ", kinds.video("x-msvideo")),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", kinds.video("x-ms-wmv")),
    (0, b"\x00\x00\x01\xba", kinds.video("mpeg")),
    (0, b"FLV\x01", kinds.video("x-flv")),
    (0, b"ID3", kinds.audio("mpeg")),
    (0, b"\xff\xfb", kinds.audio("mpeg")),
    (0, b"\xff\xf3", kinds.audio("mpeg")),
    (0, b"\xff\xf1", kinds.audio("aac")),
    (8, b"WAVE", kinds.audio("wav")),
    (0, b"OggS", kinds.audio("ogg")),
    (0, b"fLaC", kinds.audio("flac")),
    (8, b"AIFF", kinds.audio("aiff")),
    (0, b"MThd", kinds.audio("midi")),
    (0, b"7z\xbc\xaf\x27\x1c", kinds.archive("x-7z-compressed")),
    (0, b"Rar!", kinds.archive("vnd.rar")),
    (0, b"\x1f\x8b", kinds.archive("gzip")),
    (0, b"BZh", kinds.archive("x-bzip2")),
    (0, b"\xfd7zXZ", kinds.archive("x-xz")),
    (0, b"\x28\xb5\x2f\xfd", kinds.archive("zstd")),
    (257, b"ustar", kinds.archive("x-tar")),
    (0, b"{\\rtf", kinds.RTF),
)
_OLE_STREAMS: tuple[tuple[str, Kind], ...] = (
    ("__substg1.0_", kinds.MSG),
    ("PowerPoint Document", kinds.PPT),
    ("WordDocument", kinds.DOC),
    ("Workbook", kinds.XLS),
    ("Book", kinds.XLS),
)
_ZIP_MEMBERS: tuple[tuple[str, Kind], ...] = (
    ("ppt/presentation.xml", kinds.PPTX),
    ("word/document.xml", kinds.DOCX),
    ("xl/workbook.xml", kinds.XLSX),
    ("xl/workbook.bin", kinds.XLSB),
    ("Index/Document.iwa", kinds.KEYNOTE),
)
_ZIP_MIMETYPES = {
    kind.media_type.encode(): kind for kind in (kinds.ODP, kinds.ODT, kinds.ODS, kinds.EPUB)
}
_MAIN_PART = re.compile(r'ContentType="[^"]*\b(presentationml|wordprocessingml|spreadsheetml)\.')
_MAIN_PARTS = {
    "presentationml": kinds.PPTX,
    "wordprocessingml": kinds.DOCX,
    "spreadsheetml": kinds.XLSX,
}
_HTML = re.compile(
    rb"^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype\s+html|<html|<head|<body|<meta|<title"
    rb"|<script|<h[1-6]|<div|<p[\s>]|<table|<article|<main)",
    re.I | re.S,
)
_SVG = re.compile(
    rb"^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype\s+svg[^>]*>\s*)?<svg[\s>]", re.I | re.S
)
_MAIL_FIELDS = re.compile(
    rb"^(received|return-path|from|to|subject|date|message-id|mime-version|delivered-to|"
    rb"content-type|x-[a-z-]+):",
    re.I | re.M,
)
_TEXT_KINDS = {kinds.HTML, kinds.MARKDOWN, kinds.TEXT, kinds.CSV, kinds.EMAIL, kinds.MBOX}


def what_is(path: Path, file_name: str) -> Kind:
    """The kind of the file by its bytes; among kinds of text, as its name says.

    Raises FileRefused for an encrypted Office file, one of nothing but zero bytes, and one
    that is something else than its name says (an unknown ending says nothing).
    """
    claimed = kinds.claimed_by(file_name)
    head = _head(path)
    if not head.strip(b"\0"):
        raise FileRefused("empty", "This file holds nothing but zero bytes; upload it again.")
    found = _by_magic(path, head) or _by_text(head, claimed)
    if found is None:
        return _unrecognised(claimed, file_name)
    if found is kinds.ZIP and claimed in (kinds.PPTX, kinds.DOCX, kinds.XLSX):
        _check_package(path)
    if claimed is not None and not _agree(claimed, found):
        ending = file_name.strip().rpartition(".")[2].lower()
        raise FileRefused(
            "mislabelled",
            f"This is {found.called}, although its name ends in .{ending}; "
            "give it its right ending and upload it again.",
        )
    return found


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        while head and not head.strip(b"\0"):
            following = file.read(1 << 20)
            if not following:
                break
            head = head[:8] if not following.strip(b"\0") else head[:8] + following
    return head


def _by_magic(path: Path, head: bytes) -> Kind | None:
    if b"%PDF-" in head[:_PDF_HEADER_WITHIN]:
        return kinds.PDF
    if head.startswith(_OLE):
        return _ole_kind(path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(path)
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            # Two letters are little evidence: "BM" also starts words.
            if len(magic) <= 2 and _is_text(head):
                continue
            return kind
    return None


def _ole_kind(path: Path) -> Kind:
    names = _ole_names(path.read_bytes())
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise FileRefused(
            "encrypted",
            "This file is protected with a password; remove the password and upload it again.",
        )
    for name, kind in _OLE_STREAMS:
        if any(found.startswith(name) for found in names):
            return kind
    return kinds.OLE


def _ole_names(data: bytes) -> set[str]:
    """The names in the container's directory ([MS-CFB] 2.6.1: entries of 128 bytes, the name
    in UTF-16 with its length in bytes at 64, the type at 66), wherever its sectors lie."""
    found = set()
    wanted = [name for name, _ in _OLE_STREAMS] + ["EncryptedPackage", "EncryptionInfo"]
    for name in wanted:
        needle = name.encode("utf-16-le")
        at = data.find(needle)
        while at >= 0:
            length = int.from_bytes(data[at + 64 : at + 66], "little")
            if at % 128 == 0 and len(needle) <= length <= 64 and data[at + 66 : at + 67] <= b"\5":
                found.add(data[at : at + max(length - 2, 0)].decode("utf-16-le", "replace"))
                break
            at = data.find(needle, at + 1)
    return found


def _zip_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
            for member, kind in _ZIP_MEMBERS:
                if member in names:
                    return kind
            if "mimetype" in names:
                with package.open("mimetype") as mimetype:
                    return _ZIP_MIMETYPES.get(mimetype.read(200).strip(), kinds.ZIP)
            if "[Content_Types].xml" in names:
                with package.open("[Content_Types].xml") as types:
                    main = _MAIN_PART.search(types.read(1 << 20).decode("utf-8", "replace"))
                    return _MAIN_PARTS[main[1]] if main else kinds.ZIP
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return kinds.ZIP
    return kinds.ZIP


def _check_package(path: Path) -> None:
    """Raises FileRefused for a zip that is broken: it no longer says what it holds."""
    try:
        with zipfile.ZipFile(path):
            return
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise FileRefused(
            "damaged",
            "This file is damaged, perhaps cut off on its way; save it again in the program "
            "that made it and upload the new copy.",
        ) from None


def _by_text(head: bytes, claimed: Kind | None) -> Kind | None:
    if not _is_text(head):
        return None
    narrow = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    if _SVG.match(narrow):
        return kinds.SVG
    if claimed in _TEXT_KINDS:
        return claimed
    if _HTML.match(narrow):
        return kinds.HTML
    if narrow.startswith(b"From ") and len(_MAIL_FIELDS.findall(narrow[:8192])) >= 2:
        return kinds.MBOX
    if len({field.lower() for field in _MAIL_FIELDS.findall(narrow[:8192])}) >= 3:
        return kinds.EMAIL
    return kinds.TEXT


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if 0 in head:
        wide = utf16_without_mark(head)
        return wide is not None and _reads_as_words(head.decode(wide, "replace"))
    control = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\x0c\x1b\x08")
    return control <= len(head) * 0.02


def _reads_as_words(text: str) -> bool:
    odd = sum(unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") for char in text)
    return odd - sum(map(text.count, "\t\n\r")) <= len(text) * 0.02


def _agree(claimed: Kind, found: Kind) -> bool:
    if claimed is found or (claimed in _TEXT_KINDS and found in _TEXT_KINDS):
        return True
    if claimed.format == found.format and claimed.format in (
        "image",
        "video",
        "audio",
        "archive",
    ):
        return True
    if {claimed.format, found.format} == {"audio", "video"}:
        return True
    # XML and JSON are text by any name; a drawing is XML.
    if found is kinds.SVG and claimed is kinds.TEXT:
        return True
    # Word and Excel open RTF, HTML and old containers under their old endings without a word.
    if claimed in (kinds.DOC, kinds.XLS, kinds.PPT):
        return found.format == "other" and found not in (kinds.EMAIL, kinds.MBOX, kinds.MSG)
    # What these hold is told by their names alone.
    return found is kinds.ZIP and claimed in (kinds.KEYNOTE, kinds.EPUB)


def _unrecognised(claimed: Kind | None, file_name: str) -> Kind:
    if claimed is None:
        return kinds.UNKNOWN
    if claimed.advice:
        media_type, _ = mimetypes.guess_type(file_name)
        return replace(claimed, media_type=media_type or kinds.UNKNOWN.media_type)
    raise FileRefused(
        "damaged",
        f"This file is damaged: its name says {claimed.called}, but nothing in it is; "
        "save it again in the program that made it and upload the new copy.",
    )
