"""The kinds of file there are here, what each is called, and what its name ends in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: how it is stored, said to a person, and why it has no text, if so."""

    format: str
    media_type: str
    called: str
    advice: str = ""


_FOUND_BY = "it is found by title and facets only"
_OOXML = "application/vnd.openxmlformats-officedocument."


def _old(called: str, media_type: str, save_as: str) -> Kind:
    advice = f"This is {called}: {_FOUND_BY}; save it as {save_as} to make its text searchable."
    return Kind("other", media_type, called, advice)


def _without_text(format: str, media_type: str, called: str, hint: str = "") -> Kind:
    return Kind(format, media_type, called, f"This is {called}: {_FOUND_BY}{hint}.")


PDF = Kind("pdf", "application/pdf", "a PDF document")
PPTX = Kind("pptx", _OOXML + "presentationml.presentation", "a PowerPoint presentation (PPTX)")
DOCX = Kind("docx", _OOXML + "wordprocessingml.document", "a Word document (DOCX)")
XLSX = Kind("xlsx", _OOXML + "spreadsheetml.sheet", "an Excel workbook (XLSX)")
HTML = Kind("html", "text/html", "a web page (HTML)")
MARKDOWN = Kind("markdown", "text/markdown", "a Markdown text")
TEXT = Kind("text", "text/plain", "a plain text")
CSV = Kind("text", "text/csv", "a table as plain text (CSV)")

PPT = _old("an old PowerPoint file (PPT)", "application/vnd.ms-powerpoint", "PPTX")
DOC = _old("an old Word file (DOC)", "application/msword", "DOCX")
XLS = _old("an old Excel file (XLS)", "application/vnd.ms-excel", "XLSX")
XLSB = _old("a binary Excel workbook (XLSB)", "application/vnd.ms-excel.sheet.binary", "XLSX")
RTF = _old("a Rich Text file (RTF)", "application/rtf", "DOCX")
ODP = _old(
    "an OpenDocument presentation (ODP)", "application/vnd.oasis.opendocument.presentation", "PPTX"
)
ODT = _old("an OpenDocument text (ODT)", "application/vnd.oasis.opendocument.text", "DOCX")
ODS = _old(
    "an OpenDocument spreadsheet (ODS)", "application/vnd.oasis.opendocument.spreadsheet", "XLSX"
)
OLE = _old("an old Office file", "application/x-ole-storage", "PPTX, DOCX or XLSX")
EPUB = _old("an e-book (EPUB)", "application/epub+zip", "PDF")
KEYNOTE = _old("an Apple iWork file", "application/vnd.apple.iwork", "PDF or PPTX")

_MAIL_HINT = "; import mail to learn what was sent"
EMAIL = _without_text("other", "message/rfc822", "a mail message", _MAIL_HINT)
MBOX = _without_text("other", "application/mbox", "a mailbox", _MAIL_HINT)
MSG = _without_text("other", "application/vnd.ms-outlook", "an Outlook message (MSG)", _MAIL_HINT)
UNKNOWN = _without_text("other", "application/octet-stream", "a file of an unknown type")


def image(subtype: str, called: str) -> Kind:
    return _without_text("image", f"image/{subtype}", called)


def video(subtype: str, called: str = "a video") -> Kind:
    return _without_text("video", f"video/{subtype}", called)


def audio(subtype: str, called: str = "a sound recording") -> Kind:
    return _without_text("audio", f"audio/{subtype}", called)


def archive(subtype: str) -> Kind:
    hint = "; upload the files in it one by one to make them searchable"
    return _without_text("archive", f"application/{subtype}", "an archive of files", hint)


ZIP = archive("zip")
SVG = image("svg+xml", "a drawing (SVG)")

_BY_EXTENSION: dict[Kind, str] = {
    PDF: "pdf",
    PPTX: "pptx pptm ppsx ppsm potx potm",
    DOCX: "docx docm dotx dotm",
    XLSX: "xlsx xlsm xltx xltm",
    HTML: "html htm xhtml",
    MARKDOWN: "md markdown mdown mkd",
    CSV: "csv tsv",
    TEXT: "txt text log rst json jsonl xml yaml yml srt vtt asc",
    PPT: "ppt pps pot",
    DOC: "doc dot",
    XLS: "xls xlt",
    XLSB: "xlsb",
    RTF: "rtf",
    ODP: "odp",
    ODT: "odt",
    ODS: "ods",
    EPUB: "epub",
    KEYNOTE: "key pages numbers",
    EMAIL: "eml",
    MBOX: "mbox",
    MSG: "msg",
    SVG: "svg",
    image("*", "an image"): "png jpg jpeg jpe gif webp bmp tif tiff heic heif avif ico",
    video("*"): "mp4 m4v mov webm mkv avi wmv mpg mpeg flv ogv",
    audio("*"): "mp3 wav m4a aac ogg oga opus flac wma aif aiff mid midi",
    archive("*"): "zip rar 7z gz tgz tar bz2 xz zst",
}
EXTENSIONS = {ending: kind for kind, endings in _BY_EXTENSION.items() for ending in endings.split()}


def claimed_by(file_name: str) -> Kind | None:
    """The kind the name's ending promises; None for no ending, or one not known here."""
    name = file_name.strip().lower()
    if "." not in name:
        return None
    return EXTENSIONS.get(name.rpartition(".")[2])
