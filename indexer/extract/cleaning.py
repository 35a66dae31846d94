"""Text as people type and search it: without what only a program can see."""

import re
import unicodedata

_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u00ad\u200b\u2060\ufeff\ufff9-\ufffc\ufffe\uffff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_LINE_ENDS = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")
_LIGATURES = {c: unicodedata.normalize("NFKC", chr(c)) for c in range(0xFB00, 0xFB07)}


def clean(text: str) -> str:
    """Without control characters, lone surrogates, soft hyphens and odd white space.

    Lines end in a newline, blocks are parted by one blank line, ligatures are spelled out.
    """
    text = _DROPPED.sub("", _LINE_ENDS.sub("\n", text)).translate(_LIGATURES)
    text = _AROUND_LINE_ENDS.sub("\n", _SPACES.sub(" ", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


def one_line(text: str) -> str:
    """The cleaned text on a single line, as for a title or a table's cell."""
    return " ".join(clean(text).split())


_SAID_BY_PROGRAMS = re.compile(
    r"^(untitled.*|unspecified|anonymous|document\d*|presentation\d*|"
    r"powerpoint[- ]presentation|slide \d+|"
    r"microsoft (word|powerpoint|excel)( ?-.*)?|book\d*|title|"
    r".*\.(docx?|pptx?|xlsx?|indd|dvi|pdf|ai|jpe?g|png|tiff?))$",
    re.IGNORECASE,
)


def title_or_none(text: str | None) -> str | None:
    """A title a person gave, at most 300 characters; None for one a program made up."""
    title = one_line(text or "")[:300].strip()
    return None if not title or _SAID_BY_PROGRAMS.match(title) else title


def description_or_none(text: str | None) -> str | None:
    """A description a person gave, at most 1000 characters; None for one a program made up."""
    said = one_line(text or "")[:1000].strip()
    return None if not said or _SAID_BY_PROGRAMS.match(said) else said


_MACHINE_MADE = re.compile(r"\s*(Description|Beschreibung) automatically generated.*$", re.S)
_FILE_NAME = re.compile(r"^(\S*/)?\S+\.(png|jpe?g|gif|svg|emf|wmf|tiff?|bmp|webp)$", re.I)


def alt_text(text: str | None) -> str:
    """An image's alternative text on one line; empty for a mere file name."""
    words = one_line(_MACHINE_MADE.sub("", text or ""))
    return "" if _FILE_NAME.match(words) else words
