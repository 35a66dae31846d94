"""Builds the demo library's files from authored sources, and a manifest that imports them."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from contentlib.demo.documents import deck, manifest, page, pdf, theme, vocabulary, word, workbook
from contentlib.demo.documents.source import Authored, read_all

__all__ = ["build"]

Writer = Callable[[Authored, theme.Look, date], bytes]


def _as_it_is(asset: Authored, look: theme.Look, today: date) -> bytes:
    return asset.body.encode()


WRITERS: dict[str, Writer] = {
    "pdf": pdf.write,
    "pptx": deck.write,
    "docx": word.write,
    "xlsx": workbook.write,
    "html": page.write,
    "md": _as_it_is,
}


def build(source: Path, into: Path, *, today: date) -> Path:
    """Write every authored asset as a file and `manifest.jsonl` beside them.

    `source` holds `vocabulary.toml` and `assets/<external_id>[.v<n>].md`; `into` is made when
    missing. Returns the manifest's path; its rows name files relative to it. The same source and
    day give the same bytes. Raises ValueError, naming the file, for a source that cannot be read
    or laid out, and for an older version without a current one.
    """
    labels = vocabulary.labels(source / "vocabulary.toml")
    into.mkdir(parents=True, exist_ok=True)
    rows = []
    older: dict[str, list[str]] = {}
    for asset in read_all(source / "assets"):
        path = _write(asset, into, _look(asset, labels), today)
        if asset.version is not None:
            older.setdefault(asset.external_id, []).append(path)
            continue
        versions = older.pop(asset.external_id, [])
        rows.append(manifest.row(asset, path=path, older_versions=versions, today=today))
    if older:
        raise ValueError(f"older versions without a current one: {', '.join(sorted(older))}")
    written = into / "manifest.jsonl"
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    written.write_text("".join(lines), encoding="utf-8")
    return written


def _write(asset: Authored, into: Path, look: theme.Look, today: date) -> str:
    older = "" if asset.version is None else f".v{asset.version}"
    relative = f"files/{asset.external_id}{older}.{asset.format}"
    target = into / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.write_bytes(WRITERS[asset.format](asset, look, today))
    except (ValueError, KeyError) as error:
        raise ValueError(f"{asset.external_id}{older}: {error}") from error
    return relative


def _look(asset: Authored, labels: dict[str, dict[str, str]]) -> theme.Look:
    products = asset.terms("product")
    return theme.Look(
        kind=labels["content_type"][asset.content_type],
        products=tuple(labels["product"][key] for key in products),
        accent=theme.accent_of(products),
        internal=asset.is_internal,
    )
