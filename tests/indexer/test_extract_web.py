"""Web pages, Markdown and plain text: the words meant to be read, in the right letters."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import read_file
from indexer.extract.cleaning import clean
from indexer.extract.encoding import decoded


def _read(tmp_path: Path, content: str | bytes, name: str = "page.html") -> ExtractedDocument:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_file(path, name, Limits())


def _text(tmp_path: Path, content: str | bytes, name: str = "page.html") -> str:
    return "\n=\n".join(page.text for page in _read(tmp_path, content, name).pages)


BODY = "Trailers wait because nobody knows who comes next, and the gate is full. " * 3


@pytest.mark.parametrize(
    "around",
    [
        "<nav>Home Products</nav>",
        "<header><a href=/>Home</a></header>",
        "<footer>Imprint Home</footer>",
        "<aside>Home of related pages</aside>",
        "<div role=navigation>Home</div>",
        "<div id='cookie-banner'><p>Home of cookies. We value your privacy.</p></div>",
        "<div class='onetrust consent'>Home: accept all</div>",
        "<ul class='main-menu'><li><a href=/>Home</a><li><a href=/x>Products</a></ul>",
        "<div class=breadcrumbs><a href=/>Home</a> &gt; <a href=/p>Pages</a></div>",
        "<div hidden>Home</div>",
        "<p style='display: none'>Home</p>",
        "<script>var Home = 1;</script>",
        "<template><p>Home</p></template>",
        "<!-- Home -->",
    ],
)
def test_what_stands_around_the_text_is_left_out(tmp_path: Path, around: str) -> None:
    page = f"<html><body>{around}<div><h1>Queues</h1><p>{BODY}</p></div></body></html>"
    text = _text(tmp_path, page)
    assert "Home" not in text
    assert text.startswith("Queues\n\nTrailers wait")


def test_a_page_that_is_all_sidebar_keeps_its_text(tmp_path: Path) -> None:
    assert "Trailers wait" in _text(tmp_path, f"<div class=sidebar><p>{BODY}</p></div>")


def test_a_header_with_the_pages_heading_is_kept(tmp_path: Path) -> None:
    page = f"<body><header><h1>Queues</h1></header><p>{BODY}</p></body>"
    assert _text(tmp_path, page).startswith("Queues")


def test_a_tiny_main_does_not_hide_the_rest(tmp_path: Path) -> None:
    page = f"<body><main><p>Hello</p></main><div><p>{BODY * 3}</p></div></body>"
    assert "Trailers wait" in _text(tmp_path, page)


def test_tables_lists_and_alternative_texts_are_kept(tmp_path: Path) -> None:
    page = (
        "<body><table><tr><th>Plan<th>Price</tr><tr><td>Dock<td>400 <b>EUR</b></tr></table>"
        "<ul><li>one<li>two</ul><img alt='A dock at night' src=x.png>"
        "<pre>a = 1\n  b = 2</pre></body>"
    )
    text = _text(tmp_path, page)
    assert "Plan | Price\nDock | 400 EUR" in text
    assert "- one\n- two" in text
    assert "A dock at night" in text
    assert "a = 1\nb = 2" in text


def test_a_page_laid_out_with_tables_is_read_as_text(tmp_path: Path) -> None:
    page = f"<table><tr><td><table><tr><td>menu</table><td><h1>Queues</h1><p>{BODY}</table>"
    found = _read(tmp_path, page)
    assert found.pages[0].headings == ("Queues",)
    assert " | " not in found.pages[0].text


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://norrvane.example/queues", "https://norrvane.example/queues"),
        ("/queues", None),
        ("javascript:alert(1)", None),
        ("https://[broken", None),
    ],
)
def test_only_a_whole_web_address_is_canonical(
    tmp_path: Path, address: str, kept: str | None
) -> None:
    page = f"<head><link rel=canonical href='{address}'></head><p>{BODY}</p>"
    assert _read(tmp_path, page).canonical_url == kept


def test_language_and_description_are_read(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        "<html lang=de-AT><head><meta property='og:description' content='Warum  es dauert'>"
        f"<meta property='og:title' content='Tor 4'></head><p>{BODY}</p></html>",
    )
    assert (found.language, found.description, found.title) == ("de-AT", "Warum es dauert", "Tor 4")


@pytest.mark.slow
def test_a_page_nested_deeper_than_python_may_call_is_read_or_cut(tmp_path: Path) -> None:
    text = _text(tmp_path, "<p>first words</p>" + "<div>" * 50_000 + "deep")
    assert text.startswith("first words")


DECLARED = ("utf-8", "iso-8859-1", "windows-1256", "nonsense", None)
ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-8-sig", "cp1256")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        (encoding, declared)
        for encoding in ENCODINGS
        for declared in DECLARED
        # every byte is a letter in both of these: there is no telling them apart
        if (encoding, declared) != ("cp1256", "iso-8859-1")
    ],
)
def test_a_page_is_read_in_its_real_encoding_whatever_it_declares(
    tmp_path: Path, encoding: str, declared: str | None
) -> None:
    told = "اللغة العربية هي واحدة من أكثر اللغات انتشارا في العالم ويتحدثها كثير من الناس"
    head = f"<meta charset='{declared}'>" if declared else ""
    page = f"<html><head>{head}<title>x</title></head><body><p>{told}</p></body></html>"
    assert told in _text(tmp_path, page.encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("cp1252", "Der Preis beträgt 15 €, sagte Frau Müller über die größte Lösung."),
        ("cp1251", "Это предложение действует до конца месяца для всех новых клиентов."),
        ("cp932", "この提案は今月末まで有効です。すべての新しいお客様のためのものです。"),
        ("gb18030", "本方案有效期至本月底,适用于所有新客户,请尽快与我们的销售团队联系。"),
        ("utf-16-be", "Offer until the end of the month"),
    ],
)
def test_undeclared_encodings_are_told_by_their_letters(encoding: str, told: str) -> None:
    assert decoded(told.encode(encoding)) == told


@given(st.binary(max_size=300))
def test_any_bytes_become_some_text(data: bytes) -> None:
    assert isinstance(decoded(data), str)


@given(st.text(max_size=300))
def test_any_text_in_utf_8_is_read_back(text: str) -> None:
    if not text.startswith("\ufeff") and "\0" not in text:
        assert decoded(text.encode()) == text


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_cleaned_text_can_be_stored_and_is_clean_already(text: str) -> None:
    once = clean(text)
    once.encode("utf-8")
    assert "\0" not in once and "\r" not in once and "\n\n\n" not in once
    assert clean(once) == once


def test_markdown_is_read_as_the_page_it_makes(tmp_path: Path) -> None:
    source = (
        "---\ntitle: Dock pilot\ndescription: 'Six weeks'\n---\n# Pilot\n\nIt takes **six** "
        "[weeks](https://x.example).\n\n| Plan | Price |\n|---|---|\n| Dock | 400 |\n\n"
        "![A dock](dock.png)\n"
    )
    found = _read(tmp_path, source, "pilot.md")
    assert (found.format, found.title, found.description) == ("markdown", "Dock pilot", "Six weeks")
    assert found.pages[0].headings == ("Pilot",)
    assert found.pages[0].text == (
        "Pilot\n\nIt takes six weeks.\n\nPlan | Price\nDock | 400\n\nA dock"
    )


def test_a_long_text_is_cut_into_pages_at_paragraphs(tmp_path: Path) -> None:
    paragraphs = [f"Paragraph {n}. " + "Words about the yard. " * 20 for n in range(40)]
    found = _read(tmp_path, "\n\n".join(paragraphs), "long.txt")
    assert 5 < len(found.pages) < 12
    assert all(len(page.text) < 4500 for page in found.pages)
    assert all(page.text.startswith("Paragraph ") for page in found.pages)
    whole = "\n\n".join(page.text for page in found.pages)
    assert whole == "\n\n".join(p.strip() for p in paragraphs)


def test_a_page_starts_with_its_heading(tmp_path: Path) -> None:
    source = "".join(f"## Part {n}\n\n{'Words about the yard. ' * 90}\n\n" for n in range(6))
    pages = _read(tmp_path, source, "parts.md").pages
    assert [page.label for page in pages] == [f"Part {n}" for n in range(6)]


def test_a_csv_is_a_line_a_row_whatever_parts_its_cells(tmp_path: Path) -> None:
    source = 'plan;price\n"Dock; small";400\nYard;900\n'
    found = _read(tmp_path, source.encode("cp1252"), "prices.csv")
    assert found.media_type == "text/csv"
    assert found.pages[0].text == "plan | price\nDock; small | 400\nYard | 900"
