"""How the cost of an fsync decides how commits are grouped."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.events.fsync import DEAR_FSYNC_S, grouping_for, measured_fsync_s


@pytest.mark.parametrize("fsync_s", [0.00005, 0.0002])
def test_on_a_virtual_disk_nobody_waits_for_company(fsync_s: float) -> None:
    assert not grouping_for(fsync_s).waits_for_company


@pytest.mark.parametrize("fsync_s", [0.002, 0.010])
def test_on_a_real_disk_a_group_is_gathered_for_half_an_fsync(fsync_s: float) -> None:
    assert grouping_for(fsync_s).wait_s == pytest.approx(fsync_s / 2)


@given(st.floats(0, 60))
def test_the_wait_is_bounded_and_never_longer_than_what_it_saves(fsync_s: float) -> None:
    grouping = grouping_for(fsync_s)
    assert 0 <= grouping.wait_s <= min(fsync_s, 0.005)
    assert grouping.waits_for_company == (fsync_s >= DEAR_FSYNC_S)
    assert 1 < grouping.largest <= 512


def test_the_measurement_leaves_nothing_behind(tmp_path: Path) -> None:
    assert 0 < measured_fsync_s(tmp_path) < 10
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_nothing_is_measured(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        measured_fsync_s(tmp_path / "nowhere")
