"""The embedded keyword engine over real folders."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import indexer.keywords.tantivy as engine
from indexer.keywords.tantivy import KeywordReader, KeywordWriter, continue_from, files_of
from indexer.keywords.typed import read_typed
from tests.indexer.hashing import among, an_asset

LIBRARY = [
    an_asset(1, "Certified to ISO-27001", "Our ISO-27001 audit took three weeks."),
    an_asset(2, "Lösungen für Straßenbahnen", "Wie die Münchner Straßenbahn pünktlich blieb."),
    an_asset(3, "Reducing churn", "Customers' retention improved. Net revenue retention rose."),
    an_asset(4, "Retention playbook", "Revenue was flat, net of costs it fell; retention held."),
    an_asset(5, "A film without words", summary="Security at the airport", facets=("Aviation",)),
    an_asset(6, "数据安全 白皮书", "客户 成功"),
]
EVERYTHING = among(1, 2, 3, 4, 5, 6)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keywords")
    with KeywordWriter(folder) as writer:
        for asset in LIBRARY:
            writer.replace(asset)
    return folder


@pytest.fixture(scope="module")
def reader(library):
    return KeywordReader(library)


def assets(reader, text, permitted=EVERYTHING, limit=10):
    ids = set(permitted.asset_ids)
    return [a for a, _ in reader.assets(read_typed(text), permitted, ids.intersection, limit)]


def passages(reader, text, permitted=EVERYTHING, limit=10):
    ids = set(permitted.asset_ids)
    return [p for _, p, _ in reader.passages(read_typed(text), permitted, ids.intersection, limit)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ISO-27001", 1),
        ("iso 27001", 1),
        ("27001", 1),
        ("losungen", 2),
        ("STRASSENBAHN ", 2),
        ("münchner", 2),
        ("customer retained", 3),
        ("airports", 5),
        ("aviation", 5),
        ("数据安全", 6),
    ],
)
def test_a_word_is_found_in_any_spelling_a_person_would_type(reader, text, expected):
    assert assets(reader, text)[0] == expected


def test_the_last_word_is_found_by_its_beginning(reader):
    assert assets(reader, "secu") == [5]
    assert assets(reader, "stra") == [2]
    assert passages(reader, "custo") == [300]


def test_a_finished_word_is_not_taken_for_a_beginning(reader):
    assert assets(reader, "secu ") == []


def test_a_phrase_needs_its_words_side_by_side(reader):
    assert set(assets(reader, "net revenue retention")) == {3, 4}
    assert assets(reader, '"net revenue retention"') == [3]
    assert passages(reader, '"net revenue retention"') == [300]


def test_a_phrase_that_stands_nowhere_finds_nothing(reader):
    assert assets(reader, '"retention net"') == []


def test_only_permitted_assets_are_found(reader):
    assert assets(reader, "retention", among(4)) == [4]
    assert passages(reader, "retention", among(4)) == [400]
    assert assets(reader, "retention", among(1, 2)) == []


def test_an_asset_without_passages_is_found_by_title_and_facets(reader):
    assert assets(reader, "film") == [5]
    assert passages(reader, "film") == []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(), max_size=80))
def test_no_text_raises(reader, text):
    assert set(assets(reader, text)) <= set(EVERYTHING.asset_ids)
    passages(reader, text)


@pytest.mark.parametrize("text", ["a AND (b", "title:x^9 -y", '"" "', "*", "[1 TO", "\\", "+-!"])
def test_the_marks_of_a_query_language_are_only_marks(reader, text):
    assert isinstance(assets(reader, text), list)


@pytest.mark.parametrize(("deepest", "read_per_kept"), [(5000, 1.3), (5000, 0.01), (0, 1.3)])
def test_a_narrow_and_a_wide_filter_agree(tmp_path, monkeypatch, deepest, read_per_kept):
    """The wide filter drops hits after the search: it must look deep enough to fill the answer."""
    with KeywordWriter(tmp_path) as writer:
        for n in range(1, 401):
            writer.replace(an_asset(n, f"bank {'bank ' * (n % 7)}", "bank " * (1 + n % 5)))
    reader = KeywordReader(tmp_path)
    permitted = among(*range(5, 401, 40))
    narrow = assets(reader, "bank", permitted), sorted(passages(reader, "bank", permitted))
    monkeypatch.setattr(engine, "NARROW", 0)
    monkeypatch.setattr(engine, "DEEPEST", deepest)
    monkeypatch.setattr(engine, "READ_PER_KEPT", read_per_kept)
    wide = assets(reader, "bank", permitted), sorted(passages(reader, "bank", permitted))
    assert sorted(narrow[0]) == sorted(wide[0]) == list(permitted.asset_ids)
    assert narrow[1] == wide[1]
    assert len(assets(reader, "bank", permitted, limit=3)) == 3


def test_permitting_as_many_as_are_held_is_not_permitting_all_that_are_held(tmp_path):
    with KeywordWriter(tmp_path) as writer:
        for n in range(1, 41):
            writer.replace(an_asset(n, "bank", "bank"))
    permitted = among(*range(31, 71))
    assert assets(KeywordReader(tmp_path), "bank", permitted) == list(range(31, 41))


def test_replacing_an_asset_forgets_its_old_words(tmp_path):
    with KeywordWriter(tmp_path) as writer:
        writer.replace(an_asset(1, "Old title", "old body"))
        writer.replace(an_asset(1, "New title", "new body"))
    reader = KeywordReader(tmp_path)
    assert assets(reader, "old ") == []
    assert passages(reader, "old ") == []
    assert assets(reader, "new ") == [1]


def test_a_generation_continued_elsewhere_leaves_the_first_as_it_was(library, tmp_path):
    before = {name: (library / name).read_bytes() for name in files_of(library)}
    continue_from(library, tmp_path / "next")
    with KeywordWriter(tmp_path / "next") as writer:
        writer.remove(3)
        writer.replace(an_asset(7, "Retention, the film"))
    assert {name: (library / name).read_bytes() for name in files_of(library)} == before
    everything = among(*range(1, 8))
    assert set(assets(KeywordReader(tmp_path / "next"), "retention ", everything)) == {4, 7}
    assert set(assets(KeywordReader(library), "retention ", everything)) == {3, 4}


def test_where_files_cannot_be_linked_they_are_copied(library, tmp_path, monkeypatch):
    def refused(source, target):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refused)
    continue_from(library, tmp_path / "next")
    assert assets(KeywordReader(tmp_path / "next"), "aviation") == [5]


def test_a_writer_that_fails_commits_nothing(tmp_path):
    with KeywordWriter(tmp_path) as writer:
        writer.replace(an_asset(1, "Kept"))
    with pytest.raises(RuntimeError), KeywordWriter(tmp_path) as writer:
        writer.replace(an_asset(2, "Lost"))
        raise RuntimeError("killed")
    assert assets(KeywordReader(tmp_path), "kept lost") == [1]


def test_a_folder_that_is_gone_is_not_made_anew_by_a_reader(tmp_path):
    with pytest.raises(ValueError, match="nowhere"):
        KeywordReader(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
