"""Markdown: read as the page it makes, after the front matter some tools put before it."""

import re
from pathlib import Path

from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import kinds
from indexer.extract.allowance import Allowance
from indexer.extract.cleaning import one_line, title_or_none
from indexer.extract.encoding import decoded
from indexer.extract.markup import blocks_of
from indexer.extract.sections import add_sections

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_FIELD = re.compile(r"^(title|description|summary|lang|language)[ \t]*:[ \t]*(.+?)[ \t]*$", re.M)


def read_markdown(path: Path, limits: Limits) -> ExtractedDocument:
    """One page, or several of about 3000 characters. Raises FileRefused beyond the limits."""
    from bs4 import BeautifulSoup
    from markdown_it import MarkdownIt

    source = decoded(path.read_bytes())
    front = _FRONT_MATTER.match(source)
    said = {k: one_line(v.strip("\"'")) for k, v in _FIELD.findall(front[1])} if front else {}
    body = source[front.end() :] if front else source
    page = BeautifulSoup(MarkdownIt("commonmark").enable("table").render(body), "lxml")
    first = page.find(["h1", "h2"])
    allowance = Allowance(limits)
    add_sections(blocks_of(page), allowance)
    return ExtractedDocument(
        format=kinds.MARKDOWN.format,
        media_type=kinds.MARKDOWN.media_type,
        pages=allowance.pages(),
        title=title_or_none(said.get("title"))
        or title_or_none(first.get_text() if first else None),
        description=said.get("description") or said.get("summary"),
        language=said.get("lang") or said.get("language"),
    )
