"""The demo library's authored content: its files open, and its parts agree with each other."""

import csv
import json
import runpy
import shutil
import tomllib
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pypdfium2
import pytest
from bs4 import BeautifulSoup

from contentlib.demo.documents import blocks, build
from contentlib.demo.documents.source import Authored, read, read_all

SOURCE = Path(__file__).parents[3] / "data" / "demo"
TODAY = date(2030, 3, 4)
SOURCES = read_all(SOURCE / "assets")
CURRENT = {asset.external_id: asset for asset in SOURCES if asset.version is None}
FACETS: dict[str, list[dict[str, Any]]] = {
    facet["key"]: facet["term"]
    for facet in tomllib.loads((SOURCE / "vocabulary.toml").read_text(encoding="utf-8"))["facet"]
}
TERMS = {facet: {term["key"] for term in terms} for facet, terms in FACETS.items()}
LABELS = {facet: {term["label"] for term in terms} for facet, terms in FACETS.items()}
PEOPLE = tomllib.loads((SOURCE / "people.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built files; its manifest beside them."""
    return build(SOURCE, tmp_path_factory.mktemp("demo"), today=TODAY).parent


@pytest.fixture(scope="module")
def manifest(built: Path) -> list[dict[str, Any]]:
    return _json_lines(built / "manifest.jsonl")


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _rows(name: str) -> list[dict[str, str]]:
    with (SOURCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _queries() -> list[dict[str, Any]]:
    return _json_lines(SOURCE / "queries.jsonl")


def _grades() -> list[tuple[str, str, int]]:
    with (SOURCE / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        return [(q, asset, int(grade)) for q, _, asset, grade in csv.reader(file, delimiter="\t")]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _shown_title(asset: Authored) -> str:
    first = blocks.parse(asset.body.partition("\nNotes:\n")[0])[0]
    assert isinstance(first, blocks.Heading)
    return blocks.plain(first.text)


def _pdf(path: Path) -> tuple[str, str]:
    with pypdfium2.PdfDocument(path) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
        assert all(page.strip() for page in pages), f"{path.name} has an empty page"
        return document.get_metadata_value("Title"), " ".join(pages)


def _pptx(path: Path) -> tuple[str, str]:
    deck = pptx.Presentation(str(path))
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert all(titles)
    return deck.core_properties.title, " ".join(titles)


def _docx(path: Path) -> tuple[str, str]:
    document = docx.Document(str(path))
    words = " ".join(paragraph.text for paragraph in document.paragraphs)
    return document.core_properties.title, words


def _xlsx(path: Path) -> tuple[str, str]:
    book = openpyxl.load_workbook(path, data_only=True)
    return str(book.properties.title), str(book.worksheets[0]["A1"].value)


def _html(path: Path) -> tuple[str, str]:
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
    assert soup.title is not None
    assert soup.h1 is not None
    return soup.title.text.removesuffix(" | Norrvane"), soup.h1.text


OPENERS = {"pdf": _pdf, "pptx": _pptx, "docx": _docx, "xlsx": _xlsx, "html": _html}


def test_there_are_at_least_thirty_assets_in_six_formats() -> None:
    assert len(CURRENT) >= 30
    formats = Counter(asset.format for asset in CURRENT.values())
    assert set(formats) == {"pdf", "pptx", "docx", "xlsx", "html", "md"}
    assert min(formats.values()) >= 3


@pytest.mark.parametrize(
    "asset", SOURCES, ids=lambda a: a.external_id + (f".v{a.version}" if a.version else "")
)
def test_every_file_opens_with_its_library_and_holds_its_title(
    asset: Authored, built: Path
) -> None:
    older = f".v{asset.version}" if asset.version else ""
    path = built / "files" / f"{asset.external_id}{older}.{asset.format}"
    if asset.format == "md":
        assert path.read_text(encoding="utf-8").startswith(f"# {_shown_title(asset)}\n")
        return
    named, words = OPENERS[asset.format](path)
    assert named == asset.title
    shown = asset.title if asset.format == "xlsx" else _shown_title(asset)
    assert _squeezed(shown) in _squeezed(words)


def test_every_manifest_row_names_its_file_and_its_older_versions(
    built: Path, manifest: list[dict[str, Any]]
) -> None:
    assert {row["external_id"] for row in manifest} == set(CURRENT)
    named = [path for row in manifest for path in (row["path"], *row.get("older_versions", ()))]
    assert sorted(named) == sorted(f"files/{p.name}" for p in (built / "files").iterdir())


def test_dates_are_counted_from_the_day_of_the_build(manifest: list[dict[str, Any]]) -> None:
    old_sheet = next(row for row in manifest if row["external_id"] == "ds-trailerview-4")
    facts = CURRENT["ds-trailerview-4"].facts
    published = TODAY - timedelta(days=facts["published_days_ago"])
    assert old_sheet["published_at"] == published.isoformat()
    assert old_sheet["expires_at"] < TODAY.isoformat()


def test_slides_carry_speaker_notes(built: Path) -> None:
    deck = pptx.Presentation(str(built / "files" / "deck-first-meeting.pptx"))
    assert all(slide.notes_slide.notes_text_frame.text for slide in deck.slides)


def test_a_workbook_holds_formulas_and_their_results(built: Path) -> None:
    path = built / "files" / "px-price-book.xlsx"
    formulas = openpyxl.load_workbook(path)["Deal calculator"]
    results = openpyxl.load_workbook(path, data_only=True)["Deal calculator"]
    by_label = {row[0].value: row[1] for row in results.iter_rows()}
    discount = by_label["Discount used"]
    assert discount.value == pytest.approx(0.08 + 0.06 + 0.10)
    assert str(formulas[discount.coordinate].value).startswith("=MIN(")
    slot = 6 * (690 + 6 * 22) * 12
    assert by_label["Slot"].value == pytest.approx(slot)


def test_a_page_puts_navigation_around_its_text_and_says_where_it_stands(
    built: Path, manifest: list[dict[str, Any]]
) -> None:
    row = next(row for row in manifest if row["external_id"] == "art-cold-audit")
    soup = BeautifulSoup((built / row["path"]).read_text(encoding="utf-8"), "lxml")
    assert soup.select_one("link[rel=canonical]")["href"] == row["source_url"]  # type: ignore[index]
    assert soup.nav is not None
    assert soup.main is not None
    assert soup.main.nav is None
    assert "Who changed this limit?" in soup.main.text


def test_the_same_source_and_day_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    chosen = ("op-dock-queue", "op-watt-cold-store", "faq-security", "px-budget-estimate")
    (tmp_path / "assets").mkdir()
    shutil.copy(SOURCE / "vocabulary.toml", tmp_path)
    for name in chosen:
        shutil.copy(SOURCE / "assets" / f"{name}.md", tmp_path / "assets")
    again = build(tmp_path, tmp_path / "again", today=TODAY).parent
    for path in (again / "files").iterdir():
        assert path.read_bytes() == (built / "files" / path.name).read_bytes(), path.name


def test_a_source_without_front_matter_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ds-nothing.md"
    path.write_text("# Nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"ds-nothing\.md"):
        read(path)


def test_every_letter_of_a_pdf_has_a_glyph() -> None:
    for asset in SOURCES:
        if asset.format == "pdf":
            (asset.title + asset.body).encode("cp1252")


def test_every_term_has_a_definition_and_its_words_mean_one_term_only() -> None:
    for facet, terms in FACETS.items():
        # three bands of size tell customers apart; other facets need more terms
        assert (3 if facet == "size" else 6) <= len(terms) <= 20, facet
        assert all(term["label"] and term["definition"].endswith(".") for term in terms)
        words = [
            word.casefold()
            for term in terms
            for word in {term["label"].casefold(), *map(str.casefold, term["synonyms"])}
        ]
        assert [word for word, count in Counter(words).items() if count > 1] == [], facet
        parents = {term["parent"] for term in terms if "parent" in term}
        assert parents <= TERMS[facet], facet


def test_assets_use_only_words_of_the_vocabulary_and_owners_that_exist() -> None:
    marketers = {person["email"] for person in PEOPLE["marketer"]}
    for asset in SOURCES:
        assert asset.facts["owner"] in marketers, asset.external_id
        for facet, keys in TERMS.items():
            assert set(asset.terms(facet)) <= keys, (asset.external_id, facet)
        assert set(asset.facts.get("rights_regions", [])) <= TERMS["region"], asset.external_id


def test_a_customer_of_a_case_study_is_an_account_with_a_won_deal() -> None:
    ids = {row["name"]: row["external_id"] for row in _rows("accounts.csv")}
    won = {d["account_external_id"] for d in _rows("opportunities.csv") if d["outcome"] == "won"}
    customers = [a.facts["customer"] for a in CURRENT.values() if "customer" in a.facts]
    assert len(customers) >= 9
    assert {ids[customer] for customer in customers} <= won


def test_accounts_and_deals_agree_with_the_vocabulary_and_the_people() -> None:
    accounts = {row["external_id"]: row for row in _rows("accounts.csv")}
    deals = _rows("opportunities.csv")
    assert len(accounts) == 150
    assert len({deal["external_id"] for deal in deals}) == 400
    for account in accounts.values():
        assert account["industry"] in TERMS["industry"]
        assert account["region"] in TERMS["region"]
    regions_of = {
        rep["email"]: set(team["region"]) for team in PEOPLE["team"] for rep in team["reps"]
    }
    for deal in deals:
        account = accounts[deal["account_external_id"]]
        assert account["region"] in regions_of[deal["owner_email"]], deal["external_id"]
        assert deal["stage"] in TERMS["stage"]
        assert set(deal["product"].split(";")) <= TERMS["product"]
        assert deal["competitor"] in TERMS["competitor"] | {""}
        assert deal["persona"] in TERMS["persona"]
        assert float(deal["amount"]) > 0
    assert {deal["owner_email"] for deal in deals} == set(regions_of)
    assert sum(bool(deal["notes"]) for deal in deals) >= 120


def test_a_deal_is_created_before_it_moves_and_moves_before_it_closes() -> None:
    deals = _rows("opportunities.csv")
    for deal in deals:
        created, moved = int(deal["created_days_ago"]), int(deal["stage_changed_days_ago"])
        closed = int(deal["closed_days_ago"] or 0)
        assert created >= moved >= closed, deal["external_id"]
        assert (deal["outcome"] in {"won", "lost"}) == bool(deal["closed_days_ago"])
    assert 160 <= sum(bool(deal["outcome"]) for deal in deals) <= 240


def test_the_script_makes_the_files_that_are_there(tmp_path: Path) -> None:
    for name in ("make_crm.py", "crm_words.toml", "people.toml"):
        shutil.copy(SOURCE / name, tmp_path)
    runpy.run_path(str(tmp_path / "make_crm.py"), run_name="__main__")
    for name in ("accounts.csv", "opportunities.csv"):
        assert (tmp_path / name).read_bytes() == (SOURCE / name).read_bytes(), name


def test_queries_are_typed_or_describe_a_deal_in_words_of_the_vocabulary() -> None:
    queries = _queries()
    kinds = Counter(query["type"] for query in queries)
    assert kinds["search"] >= 28
    assert kinds["deal"] >= 12
    for query in queries:
        for facet, value in query.get("deal", {}).items():
            assert facet not in LABELS or value is None or value in LABELS[facet], query["id"]
        assert query.get("note", "") in query["text"]


def test_grades_are_of_known_queries_and_assets_and_say_which_have_no_answer() -> None:
    grades = _grades()
    assert {asset for _, asset, _ in grades} <= set(CURRENT)
    assert {grade for _, _, grade in grades} == {0, 1, 2}
    assert max(Counter((query, asset) for query, asset, _ in grades).values()) == 1
    answered = {query for query, _, grade in grades if grade == 2}
    queries = _queries()
    assert {q["id"] for q in queries if not q["no_good_answer"]} == answered
    assert sum(q["no_good_answer"] for q in queries) == 4
    assert {query for query, _, _ in grades} == {q["id"] for q in queries}
