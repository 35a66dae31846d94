"""The browser extension as stores and browsers take it: one source, one zip a browser.

    python -m web.extension_pack FOLDER

writes both. The same source gives the same bytes, whoever packs it and when.
"""

import io
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

Browser = Literal["chromium", "firefox"]
BROWSERS: tuple[Browser, ...] = ("chromium", "firefox")

_SOURCE = Path(__file__).parent / "extension"
_PACKED = frozenset({".js", ".json", ".html", ".css", ".png"})
# the earliest that a zip can say: when a file was last touched is nobody's business
_LONG_AGO = (1980, 1, 1, 0, 0, 0)

FIREFOX_ID = "extension@contentlib.invalid"
# From 140 on Firefox asks for the kinds of data below; scripts in a page's own world came in 128.
_FIREFOX = {
    "gecko": {
        "id": FIREFOX_ID,
        "strict_min_version": "140.0",
        "data_collection_permissions": {
            "required": ["personallyIdentifyingInfo", "personalCommunications", "searchTerms"]
        },
    },
    "gecko_android": {"strict_min_version": "142.0"},
}


def pack(browser: Browser) -> bytes:
    """The zip for this browser, deterministic: equal sources give equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files():
            name = path.relative_to(_SOURCE).as_posix()
            content = path.read_bytes()
            if name == "manifest.json":
                content = _as_json(manifest(browser))
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # else it is the system's on which it is packed
            archive.writestr(entry, content)
    return packed.getvalue()


def files() -> list[Path]:
    """All that goes into a zip, in the order of their names."""
    found = (path for path in _SOURCE.rglob("*") if path.suffix in _PACKED and path.is_file())
    return sorted(found, key=lambda path: path.relative_to(_SOURCE).as_posix())


def manifest(browser: Browser) -> dict[str, Any]:
    """The manifest for this browser: the only file in which the builds differ."""
    ours: dict[str, Any] = json.loads((_SOURCE / "manifest.json").read_text("utf-8"))
    return ours if browser == "chromium" else _for_firefox(ours)


def version() -> str:
    """The version of the extension."""
    return str(manifest("chromium")["version"])


def _for_firefox(ours: Mapping[str, Any]) -> dict[str, Any]:
    """Firefox has pages in the background instead of a service worker, and wants an id."""
    background = ours["background"]
    changed = {
        "background": {"scripts": [background["service_worker"]], "type": background["type"]},
        "browser_specific_settings": _FIREFOX,
    }
    kept = {key: value for key, value in ours.items() if key != "minimum_chrome_version"}
    return {**kept, **changed}


def _as_json(told: Mapping[str, Any]) -> bytes:
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


def main(folder: str) -> None:
    """Writes both zips into the folder, which is made where it is missing."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for browser in BROWSERS:
        path = target / f"contentlib-{version()}-{browser}.zip"
        path.write_bytes(pack(browser))
        print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
