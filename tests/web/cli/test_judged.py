"""Recommending and measuring from a terminal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.cli.test_commands import run

pytestmark = pytest.mark.slow

ASSETS = [
    {
        "external_id": "dock",
        "title": "No more queue at the dock",
        "text": "Lorries waited two hours at the dock of a grocer. Now they book a slot.",
        "industry": "Grocery",
        "content_type": "Case study",
        "customer": "Lidl",
    },
    {
        "external_id": "cold",
        "title": "Cold chain records",
        "text": "A pharmaceutical wholesaler proves the temperature of every pallet.",
        "industry": "Pharma",
        "content_type": "Case study",
    },
    {
        "external_id": "card",
        "title": "Battlecard against waiting lorries",
        "text": "Lorries wait at the dock. What to say against the competitor.",
        "content_type": "Battlecard",
        "audience": "internal",
    },
]
QUERIES = [
    {"id": "s1", "type": "search", "difficulty": "easy", "text": "lorries queue at the gate"},
    {
        "id": "d1",
        "type": "deal",
        "difficulty": "hard",
        "text": "Industry: Supermarket; trucks wait",
        "deal": {"industry": "Supermarket", "pain": "trucks wait for hours", "competitor": None},
        "note": "Asked who else has lorries in a row.",
    },
    {"id": "n1", "type": "search", "text": "quantum knitting patterns", "no_good_answer": True},
]
QRELS = "s1\t0\tdock\t2\ns1\t0\tcard\t1\nd1\t0\tdock\t2\nd1\t0\tcard\t2\nn1\t0\tcold\t0\n"


def _lines(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged")
    (folder / "assets.jsonl").write_text(_lines(ASSETS))
    (folder / "queries.jsonl").write_text(_lines(QUERIES))
    (folder / "qrels.tsv").write_text(QRELS)
    return folder


@pytest.fixture(scope="module")
def library(
    judged: Path,
    tmp_path_factory: pytest.TempPathFactory,
    with_query_model: Callable[[Path], Path],
) -> Path:
    data = with_query_model(tmp_path_factory.mktemp("data"))
    done = run(data, "import", "--manifest", str(judged / "assets.jsonl"), "--publish", "--json")
    assert done.returncode == 0, done.stderr
    return data


def test_a_deal_in_json_is_answered_with_reasons_and_nothing_internal(library: Path) -> None:
    deal = {"industry": "supermarket", "notes": "lorries wait at the gate", "employees": 40}
    done = run(library, "recommend", "--deal", "-", "--json", said=json.dumps(deal))
    told = json.loads(done.stdout)
    assert set(told) >= {"results", "confident", "took_ms"}
    first = told["results"][0]
    assert set(first) == {
        "asset_id",
        "external_id",
        "title",
        "score",
        "confident",
        "reasons",
        "passage",
    }
    assert first["external_id"] == "dock"
    assert {"kind": "facet", "text": "Grocery"}.items() <= first["reasons"][0].items()
    assert first["passage"]["page"] == 1
    assert "card" not in [r["external_id"] for r in told["results"]]
    assert "industry:grocery" in told["understood"]


def test_a_story_is_not_recommended_to_its_own_customer(library: Path) -> None:
    deal = {"customer": "LIDL Ltd", "notes": "lorries wait at the gate"}
    done = run(library, "recommend", "--deal", "-", "--json", said=json.dumps(deal))
    assert "dock" not in [r["external_id"] for r in json.loads(done.stdout)["results"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--deal", "-"), "no json"),
        (("--deal", "-"), "[]"),
        (("--deal", "-"), '{"colour": "blue"}'),
        (("--deal", "missing.json"), ""),
        (("--opportunity", "nothing"), ""),
        ((), ""),
    ],
)
def test_a_deal_that_cannot_be_read_ends_with_two_and_one_line(
    library: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(library, "recommend", *arguments, said=said)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_evaluation_tells_every_run_with_intervals_and_writes_a_trec_run(
    judged: Path, tmp_path: Path, with_query_model: Callable[[Path], Path]
) -> None:
    with_query_model(tmp_path)
    run_file = tmp_path / "run.trec"
    done = run(tmp_path, "evaluate", str(judged), "--json", "--run-file", str(run_file))
    told = json.loads(done.stdout)
    assert set(told["runs"]) == {"keyword", "vector", "reciprocal rank", "fused", "shipped"}
    assert set(told["runs"]["shipped"]) == {
        "all",
        "search",
        "deal",
        "search easy",
        "deal hard",
    }
    # the internal card is left out of the deal's ideal and run: the story alone is perfect
    assert told["runs"]["shipped"]["deal"]["ndcg"] == 1
    assert told["ndcg_interval"]["low"] <= told["ndcg"] <= told["ndcg_interval"]["high"]
    assert told["recommended_internal_only"] == 0
    assert [q["id"] for q in told["per_query"]] == ["s1", "d1", "n1"]
    assert [q["answerable"] for q in told["per_query"]] == [True, True, False]
    fields = [line.split(" ") for line in run_file.read_text().splitlines()]
    assert {line[0] for line in fields} == {"s1", "d1", "n1"}
    assert all(len(line) == 6 and line[1] == "Q0" for line in fields)
    assert next(line[2] for line in fields if line[0] == "d1") == "dock"


def test_the_table_lists_every_query_where_asked(
    judged: Path, tmp_path: Path, with_query_model: Callable[[Path], Path]
) -> None:
    with_query_model(tmp_path)
    done = run(tmp_path, "evaluate", str(judged), "--queries")
    assert "shipped - keyword" in done.stdout
    assert "quantum knitting patterns" in done.stdout
