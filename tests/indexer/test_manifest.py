import json
import threading
from dataclasses import replace

import pytest

from contentlib.errors import IndexUnavailable
from indexer.manifest import (
    NAME,
    SCHEMA,
    Manifest,
    described,
    missing,
    publish,
    read_manifest,
    sweep,
    verify,
    writing,
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "segment-1.npz").write_bytes(b"vectors")
    (tmp_path / "keywords-1" / "assets").mkdir(parents=True)
    (tmp_path / "keywords-1" / "assets" / "meta.json").write_bytes(b"{}")
    return tmp_path


def manifest_of(folder):
    return Manifest(
        model="m",
        dimension=64,
        generation=3,
        assets=2,
        passages=5,
        segments=(described(folder, "segment-1.npz"),),
        keywords="keywords-1",
        keyword_files=(described(folder, "keywords-1/assets/meta.json"),),
    )


def test_what_is_published_is_read_back(folder):
    manifest = manifest_of(folder)
    publish(folder, manifest)
    assert read_manifest(folder) == manifest
    verify(folder, manifest, frozenset())
    assert missing(folder, manifest) is None


def test_a_folder_never_written_has_no_manifest_and_no_problem(tmp_path):
    assert read_manifest(tmp_path) is None
    assert read_manifest(tmp_path / "not even there") is None


def test_files_without_a_manifest_are_damage(folder):
    with pytest.raises(IndexUnavailable, match="manifest is gone"):
        read_manifest(folder)


def test_a_manifest_with_one_figure_changed_is_refused(folder):
    publish(folder, manifest_of(folder))
    place = folder / NAME
    place.write_text(place.read_text().replace('"passages": 5', '"passages": 6'))
    with pytest.raises(IndexUnavailable, match="not whole"):
        read_manifest(folder)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"manifest": 1, "seal": 2}', "\0\0"])
def test_a_manifest_that_is_no_manifest_is_refused(folder, content):
    (folder / NAME).write_text(content)
    with pytest.raises(IndexUnavailable, match="damaged"):
        read_manifest(folder)


def test_a_manifest_of_another_schema_says_so(folder):
    publish(folder, replace(manifest_of(folder), schema=SCHEMA + 1))
    read = read_manifest(folder)
    assert read is not None
    assert "another version" in read.mismatch("m", 64)


def test_another_model_or_dimension_is_a_mismatch(folder):
    manifest = manifest_of(folder)
    assert manifest.mismatch("m", 64) is None
    assert "model" in manifest.mismatch("other", 64)
    assert "model" in manifest.mismatch("m", 32)


def test_a_changed_byte_is_found_and_a_known_file_is_not_read_again(folder):
    manifest = manifest_of(folder)
    (folder / "segment-1.npz").write_bytes(b"vectorz")
    with pytest.raises(IndexUnavailable, match=r"segment-1\.npz has changed"):
        verify(folder, manifest, frozenset())
    verify(folder, manifest, {part.content for part in manifest.files})


def test_a_file_cut_short_or_gone_is_seen_without_reading_it(folder):
    manifest = manifest_of(folder)
    (folder / "segment-1.npz").write_bytes(b"vec")
    assert "segment-1.npz" in missing(folder, manifest)
    (folder / "segment-1.npz").unlink()
    assert "segment-1.npz" in missing(folder, manifest)


def test_sweeping_deletes_what_no_generation_names_and_nothing_else(folder):
    manifest = manifest_of(folder)
    publish(folder, manifest)
    (folder / "segment-2.npz").write_bytes(b"left by a killed writer")
    (folder / "keywords-2" / "assets").mkdir(parents=True)
    (folder / f".{NAME}.4711").write_text("half a manifest")
    (folder / "embeddings.sqlite3").write_bytes(b"not ours to delete")
    sweep(folder, manifest)
    assert sorted(path.name for path in folder.iterdir()) == [
        "embeddings.sqlite3",
        "keywords-1",
        NAME,
        "segment-1.npz",
    ]


def test_a_manifest_is_replaced_whole(folder):
    """A reader may hold the old one open: its bytes never change."""
    publish(folder, manifest_of(folder))
    with (folder / NAME).open() as old:
        publish(folder, replace(manifest_of(folder), generation=4))
        assert json.load(old)["manifest"]["generation"] == 3
    assert read_manifest(folder).generation == 4


def test_the_second_writer_waits_for_the_first(tmp_path):
    order = []
    entered = threading.Event()

    def second():
        entered.set()
        with writing(tmp_path):
            order.append("second")

    with writing(tmp_path):
        other = threading.Thread(target=second)
        other.start()
        entered.wait()
        other.join(timeout=0.2)
        assert other.is_alive()
        order.append("first")
    other.join()
    assert order == ["first", "second"]
