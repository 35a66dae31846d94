"""What the extension asks for, what it is packed from, and what may touch what."""

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from web import extension_pack
from web.extension_pack import BROWSERS, Browser, manifest, pack

SOURCE = Path(__file__).parents[2] / "web" / "extension"
SCRIPTS = sorted(SOURCE.rglob("*.js"))
# finds this module before it can ask it anything
STARTER = SOURCE / "content" / "start.js"


def asked_for() -> set[str]:
    ours = manifest("chromium")
    named = {*ours["permissions"], *ours.get("optional_permissions", [])}
    sites = {match for script in ours["content_scripts"] for match in script["matches"]}
    hosts = {*ours.get("host_permissions", []), *ours["optional_host_permissions"]}
    return named | sites | hosts


def test_each_permission_stands_with_its_reason_in_the_table() -> None:
    table = (SOURCE / "PERMISSIONS.md").read_text("utf-8")
    explained = re.findall(r"^\| `([^`]+)`(?: \(optional\))? \| (\S[^|]+) \|", table, re.M)
    assert {name for name, _ in explained} == asked_for()


def test_no_site_is_asked_for_but_the_mail_sites_and_the_crms() -> None:
    ours = manifest("chromium")
    assert ours["permissions"] == ["storage", "alarms"]
    assert "host_permissions" not in ours
    sites = {match for script in ours["content_scripts"] for match in script["matches"]}
    assert not [site for site in sites if not site.startswith("https://") or "*://" in site]
    assert {
        match for open_to in ours["web_accessible_resources"] for match in open_to["matches"]
    } == sites


def test_nothing_is_loaded_from_elsewhere() -> None:
    policy = manifest("chromium")["content_security_policy"]["extension_pages"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    for path in [*SCRIPTS, *SOURCE.rglob("*.html"), *SOURCE.rglob("*.css")]:
        text = path.read_text("utf-8")
        assert not re.search(r"""(from|import\(?|src=|href=|url\()\s*["']?https?:""", text), (
            path.name
        )
        assert not re.search(
            r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write", text
        ), path.name


def test_one_file_touches_the_browser_and_one_the_library() -> None:
    touching = [
        path
        for path in SCRIPTS
        if re.search(
            r"\b(chrome|browser)\.\w+\.|globalThis\.(chrome|browser)", path.read_text("utf-8")
        )
    ]
    assert [path.name for path in touching if path != STARTER] == ["browser.js"]
    asking = [
        path
        for path in SCRIPTS
        if re.search(
            r"(?<![\w.])fetch\(|XMLHttpRequest|sendBeacon|WebSocket|EventSource",
            path.read_text("utf-8"),
        )
    ]
    # the observer names what it observes
    assert [path.name for path in asking] == ["server.js", "observe.js"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_one_idea_and_says_it_first(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 300
    assert lines[0].startswith("// ")


def test_the_look_is_the_library_s() -> None:
    """Each colour is the one of the site's style sheet, in the light and in the dark."""
    theirs = (SOURCE.parent / "static" / "theme.css").read_text("utf-8")
    light, after = theirs.split("color-scheme: dark;")
    dark = after.split("}")[0]
    of_theirs = {
        name: (_token(light, name), _token(dark, name))
        for name in re.findall(r"--([a-z-]+): #", dark)
        if name != "mark"
    }
    ours = (SOURCE / "look.css").read_text("utf-8")
    of_ours = {
        name: pair
        for name, *pair in re.findall(r"--([a-z-]+): light-dark\((#\w+), (#\w+)\)", ours)
        if name != "on-accent"
    }
    assert {name: tuple(pair) for name, pair in of_ours.items()} == of_theirs


def _token(sheet: str, name: str) -> str:
    found = re.search(rf"--{name}: (#\w+);", sheet)
    assert found is not None, name
    return found.group(1)


@pytest.mark.parametrize("browser", BROWSERS)
def test_the_same_source_gives_the_same_bytes(browser: Browser) -> None:
    assert pack(browser) == pack(browser)
    with zipfile.ZipFile(io.BytesIO(pack(browser))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist())


def test_the_builds_differ_in_the_manifest_alone() -> None:
    held = []
    for browser in BROWSERS:
        with zipfile.ZipFile(io.BytesIO(pack(browser))) as archive:
            held.append({name: archive.read(name) for name in archive.namelist()})
    chromium, firefox = held
    assert chromium.keys() == firefox.keys()
    assert [name for name in chromium if chromium[name] != firefox[name]] == ["manifest.json"]
    assert "PERMISSIONS.md" not in chromium


def test_the_zip_holds_all_that_the_manifest_names() -> None:
    ours = manifest("chromium")
    named = {
        ours["background"]["service_worker"],
        ours["action"]["default_popup"],
        *ours["icons"].values(),
        *(script for scripts in ours["content_scripts"] for script in scripts["js"]),
    }
    assert named <= {path.relative_to(SOURCE).as_posix() for path in extension_pack.files()}


def test_both_zips_are_written_under_their_version(tmp_path: Path) -> None:
    extension_pack.main(str(tmp_path / "dist"))
    names = [f"contentlib-{extension_pack.version()}-{browser}.zip" for browser in BROWSERS]
    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == names


@pytest.mark.slow
def test_mozillas_linter_finds_no_error(tmp_path: Path) -> None:
    """One warning is known: the starter loads its module by an address that is put together."""
    linter = Path(sys.prefix) / "node" / "node_modules" / "web-ext" / "bin" / "web-ext.js"
    if not linter.exists():
        pytest.skip("web-ext is not installed: make install-test")
    with zipfile.ZipFile(io.BytesIO(pack("firefox"))) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        [
            Path(sys.prefix) / "bin" / "node",
            linter,
            "lint",
            "--source-dir",
            str(tmp_path),
            "--self-hosted",
            "--output",
            "json",
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found = json.loads(done.stdout)
    assert found["errors"] == []
    assert [(one["code"], one["file"]) for one in found["warnings"]] == [
        ("UNSAFE_VAR_ASSIGNMENT", "content/start.js")
    ]
