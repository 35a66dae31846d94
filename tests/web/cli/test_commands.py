"""The command line as people and programs use it: exit codes, JSON on stdout alone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.indexer import documents as files

# each command is a process of its own
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


def run(
    data_dir: Path, *arguments: str, said: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, as a person would call it."""
    return subprocess.run(
        [sys.executable, "-m", "web.cli", "--data-dir", str(data_dir), *arguments],
        input=said,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=180,
        check=False,
    )


def test_a_new_data_folder_gets_its_tables_and_a_member_can_be_added(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "user",
        "add",
        "mira@x.example",
        "--role",
        "marketer",
        "--password-stdin",
        said="long enough password\n",
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "mira@x.example" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "no/such/file.pdf"),
        ("import",),
        ("search",),
        ("report", "weather"),
        ("report", "usage", "--from", "yesterday"),
        ("user", "add", "nobody", "--role", "rep", "--password-stdin"),
        ("crm", "import", "pyproject.toml"),
        ("search", "x", "--facet", "mood=good"),
        ("evaluate", "tests"),
        ("frobnicate",),
    ],
)
def test_bad_input_ends_with_two_and_one_clear_line(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = run(tmp_path, *arguments, said="long enough password\n")
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("Error: ")


def test_a_wrong_setting_is_refused_with_its_name(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", CONTENTLIB_TIME_ZONE="Mars/Olympus")
    assert done.returncode == 2
    assert "CONTENTLIB_TIME_ZONE" in done.stderr


def test_reports_print_json_with_window_definition_and_rows(tmp_path: Path) -> None:
    done = run(tmp_path, "report", "unused", "--format", "json")
    told = json.loads(done.stdout)
    assert set(told) == {"report", "window", "definition", "rows"}
    assert told["definition"]


def test_check_of_an_empty_library_is_clean(tmp_path: Path) -> None:
    done = run(tmp_path, "check", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"ok": True, "findings": []})


def test_what_is_imported_is_found_and_importing_again_makes_no_twin(
    tmp_path: Path, with_query_model: Callable[[Path], Path]
) -> None:
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    files.a_pdf(incoming / "queues.pdf", "Trailers wait at the dock for hours", "Page two")
    files.a_letter(incoming / "yard.docx")
    files.a_pdf(incoming / "locked.pdf", "secret", password="pw")
    data = with_query_model(tmp_path / "data")
    first = run(data, "import", str(incoming), "--publish", "--json")
    statuses = {Path(r["source"]).name: r["status"] for r in json.loads(first.stdout)["results"]}
    assert statuses == {
        "queues.pdf": "imported",
        "yard.docx": "imported",
        "locked.pdf": "refused",
    }
    again = run(data, "import", str(incoming), "--publish", "--json")
    assert {r["status"] for r in json.loads(again.stdout)["results"]} == {"duplicate", "refused"}
    found = json.loads(run(data, "search", "lorries queueing at the gate", "--json").stdout)
    assert found["results"][0]["title"] == "queues"
    assert found["results"][0]["passage"]["page"] == 1
    assert run(data, "check").returncode == 0
