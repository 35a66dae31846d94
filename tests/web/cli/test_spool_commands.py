"""What `check` and `doctor` say of events that a process left behind."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contentlib.events.rows import to_json
from contentlib.events.spool import Line, SpoolFile
from contentlib.library import Library
from contentlib.usage.models import Opening
from tests.cast import Cast
from tests.factories import make_asset
from web.cli import group


@pytest.fixture
def spool(library: Library, cast: Cast) -> Path:
    """A spool with one event, whose writer is gone."""
    make_asset(library)
    row = {"asset_id": 1, "member_id": cast.rosa.member_id, "role": "rep"}
    told = to_json(row | {"at": library.clock.now()})
    folder = library.settings.data_dir / "spool"
    file = SpoolFile.begin(folder, "gone", 1)
    file.append(Line(1, "openings", [told]).written())
    file.append(Line(2, "openings", [told | {"asset_id": 999_999}]).written())
    os.close(file.handle)
    return folder


def _run(library: Library, *arguments: str) -> Result:
    data_dir = str(library.settings.data_dir)
    return CliRunner().invoke(group, ["--data-dir", data_dir, *arguments, "--json"])


def _events(told: dict[str, Any]) -> list[str]:
    return [found["message"] for found in told["findings"] if found["part"] == "events"]


def test_doctor_names_a_spool_that_was_left_behind(library: Library, spool: Path) -> None:
    told = json.loads(_run(library, "doctor").stdout)
    (remark,) = [remark for remark in told["remarks"] if remark["part"] == "spool"]
    assert remark["ok"] is False
    assert "2 events were left" in remark["message"] and "--repair" in remark["advice"]


def test_check_finds_it_and_repair_brings_it_in(library: Library, spool: Path) -> None:
    assert _events(json.loads(_run(library, "check").stdout)) == [
        "2 events of a process that ended wait in the spool."
    ]
    _run(library, "check", "--repair")
    with library.database.reading() as session:
        assert [opening.asset_id for opening in session.query(Opening)] == [1]
    left = _events(json.loads(_run(library, "check").stdout))
    assert len(left) == 1 and left[0].startswith("1 spooled events did not fit")


def test_doctor_is_content_with_an_empty_spool(library: Library) -> None:
    told = json.loads(_run(library, "doctor").stdout)
    (remark,) = [remark for remark in told["remarks"] if remark["part"] == "spool"]
    assert remark["ok"] is True
