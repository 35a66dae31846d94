"""Web pages: the main text without what stands around it, and what the page says of itself."""

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import kinds
from indexer.extract.allowance import Allowance
from indexer.extract.cleaning import one_line, title_or_none
from indexer.extract.encoding import declared_in, decoded
from indexer.extract.markup import blocks_of
from indexer.extract.sections import add_sections

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_NEVER_TEXT = ["script", "style", "template", "noscript", "svg", "iframe", "button", "dialog"]
_AROUND = {"nav", "aside", "footer", "header"}
_ROLES_AROUND = {"navigation", "banner", "contentinfo", "search", "complementary", "dialog"}
_ROLES_AROUND |= {"menu", "menubar", "alertdialog"}
_BANNER = re.compile(r"(?:^|[-_ ])(cookies?|consent|gdpr|onetrust|cc-window)(?:$|[-_ ])", re.I)
_LINK_LIST = re.compile(
    r"(?:^|[-_ ])(nav|navbar|navigation|menu|breadcrumbs?|footer|sidebar|skip|share|social|"
    r"related|pager|pagination|toolbar|masthead)(?:$|[-_ ])",
    re.I,
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_MAIN_SHARE = 0.25


def read_html(path: Path, limits: Limits) -> ExtractedDocument:
    """One page, or several of about 3000 characters. Raises FileRefused beyond the limits."""
    from bs4 import BeautifulSoup

    data = path.read_bytes()
    page = BeautifulSoup(decoded(data, declared=declared_in(data)), "lxml")
    title, description = _title(page), _said(page, "description", "og:description")
    canonical, language = _canonical(page), _language(page)
    allowance = Allowance(limits)
    _drop_what_is_never_text(page)
    add_sections(blocks_of(_main_part(page)), allowance)
    return ExtractedDocument(
        format=kinds.HTML.format,
        media_type=kinds.HTML.media_type,
        pages=allowance.pages(),
        title=title,
        description=description,
        canonical_url=canonical,
        language=language,
    )


def _title(page: "BeautifulSoup") -> str | None:
    heading = page.find("h1")
    return (
        title_or_none(_said(page, "og:title"))
        or title_or_none(page.title.get_text() if page.title else None)
        or title_or_none(heading.get_text(" ") if heading else None)
    )


def _said(page: "BeautifulSoup", *names: str) -> str | None:
    for name in names:
        for attribute in ("name", "property"):
            tag = page.find("meta", attrs={attribute: re.compile(f"^{re.escape(name)}$", re.I)})
            content = one_line(str(tag.get("content") or "")) if tag else ""
            if content:
                return content[:1000]
    return None


def _canonical(page: "BeautifulSoup") -> str | None:
    link = page.find("link", rel="canonical")
    for address in (str(link.get("href") or "") if link else "", _said(page, "og:url") or ""):
        address = address.strip()
        try:
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc and len(address) <= 2000:
            return address
    return None


def _language(page: "BeautifulSoup") -> str | None:
    root = page.find("html")
    named = str(root.get("lang") or root.get("xml:lang") or "") if root else ""
    named = named or _said(page, "content-language", "og:locale") or ""
    named = named.strip().replace("_", "-")
    return named if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", named) else None


def _drop_what_is_never_text(page: "BeautifulSoup") -> None:
    for tag in page.find_all(_NEVER_TEXT):
        tag.extract()
    for tag in page.find_all(_is_hidden):
        if tag.name not in ("html", "body"):
            tag.extract()


def _is_hidden(tag: "Tag") -> bool:
    return (
        tag.has_attr("hidden")
        or tag.get("aria-hidden") == "true"
        or bool(_HIDDEN_STYLE.search(str(tag.get("style") or "")))
    )


def _main_part(page: "BeautifulSoup") -> "Tag":
    """`main` or the only `article`, if a fair share of the page's words is in it; else the
    body without what stands around its text."""
    body: Tag = page.body or page
    before = len(body.get_text())
    for candidates in (page.find_all("main"), page.find_all(role="main"), page.find_all("article")):
        if len(candidates) == 1 and len(candidates[0].get_text()) >= before * _MAIN_SHARE:
            body = candidates[0]
            break
    whole = len(body.get_text()) or 1
    for tag in body.find_all(_stands_around):
        # A page may wrap all it says in a "sidebar"; then that is its text.
        if tag.parent is not None and len(tag.get_text()) < whole * 0.6 and _may_go(tag):
            tag.extract()
    return body


def _stands_around(tag: "Tag") -> bool:
    """Told by its own name, role and class alone: a hostile page has very many elements."""
    if tag.name in _AROUND or str(tag.get("role") or "") in _ROLES_AROUND:
        return True
    if tag.name not in ("div", "section", "ul", "ol", "p", "form", "table"):
        return False
    names = _names(tag)
    return bool(_BANNER.search(names) or _LINK_LIST.search(names))


def _may_go(tag: "Tag") -> bool:
    if tag.find(["main", "article"]):
        return False
    if tag.name == "nav" or _BANNER.search(_names(tag)):
        return True
    if tag.name == "header":
        return not tag.find("h1") and tag.find_parent(["article", "main", "section"]) is None
    if tag.name in _AROUND:
        return tag.find_parent("article") is None
    if str(tag.get("role") or "") in _ROLES_AROUND:
        return not tag.find("h1")
    return _link_share(tag) > 0.5


def _names(tag: "Tag") -> str:
    return " ".join([*(tag.get("class") or ()), str(tag.get("id") or "")])


def _link_share(tag: "Tag") -> float:
    """How much of the element's text is links."""
    whole = len(one_line(tag.get_text(" "))) or 1
    return sum(len(one_line(link.get_text(" "))) for link in tag.find_all("a")) / whole
