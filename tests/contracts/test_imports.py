"""What may import what (the table of the architecture), read from the syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLICES = (
    "audit",
    "member",
    "workspace",
    "taxonomy",
    "asset",
    "recognition",
    "collection",
    "crm",
    "usage",
    "share",
    "sending",
    "engagement",
    "notification",
    "search",
    "recommendation",
    "insight",
    "action",
)
KERNEL = {"errors", "clock", "ids", "settings", "ports", "db", "events"}
# Modules that join slices: named in the architecture, and few.
JOINERS = {"reactions", "reacting", "worker", "library", "checking", "schema", "migrations", "demo"}
WRITERS = {"service", "importing"}


def _modules() -> Iterator[tuple[str, Path]]:
    for package in ("contentlib", "indexer", "web"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "versions" in path.parts:
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), path


def _imports(path: Path) -> set[str]:
    """Every module of ours that a file imports, anywhere in it, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            base = node.module
            for alias in node.names:
                inner = ROOT.joinpath(*base.split("."), alias.name)
                is_module = inner.is_dir() or inner.with_suffix(".py").exists()
                found.add(f"{base}.{alias.name}" if is_module else base)
    return {name for name in found if name.split(".")[0] in ("contentlib", "indexer", "web")}


MODULES = dict(_modules())
IMPORTS = {name: _imports(path) for name, path in MODULES.items()}


def _area(name: str) -> tuple[str, str]:
    """("slice", "share") and the like for a dotted name of ours."""
    parts = name.split(".")
    if parts[0] != "contentlib":
        return parts[0], parts[1] if len(parts) > 1 else ""
    second = parts[1] if len(parts) > 1 else ""
    if second in SLICES:
        return "slice", second
    if second == "adapters":
        return "adapter", parts[2] if len(parts) > 2 else ""
    if second in JOINERS:
        return "joiner", second
    return "kernel", second


def _all(kind: str) -> list[str]:
    return [name for name in MODULES if _area(name)[0] == kind]


@pytest.mark.parametrize("name", _all("kernel"))
def test_the_kernel_imports_no_slice(name: str) -> None:
    odd = {i for i in IMPORTS[name] if _area(i)[0] != "kernel"}
    assert not odd, f"{name} imports {odd}"


@pytest.mark.parametrize("name", _all("slice"))
def test_a_slice_imports_only_the_kernel_itself_and_slices_to_its_left(name: str) -> None:
    here = SLICES.index(_area(name)[1])
    for imported in IMPORTS[name]:
        kind, which = _area(imported)
        assert kind in ("kernel", "slice"), f"{name} imports {imported}"
        if kind == "slice":
            assert SLICES.index(which) <= here, f"{name} imports {imported}, to its right"


@pytest.mark.parametrize("name", [n for n in _all("slice") if n.endswith(".rules")])
def test_rules_are_pure_they_import_only_rules_and_values(name: str) -> None:
    for imported in IMPORTS[name]:
        allowed = imported.endswith(".rules") or _area(imported)[0] == "kernel"
        assert allowed, f"{name} imports {imported}"
        assert not imported.startswith(("contentlib.db", "contentlib.clock", "contentlib.events"))
    source = MODULES[name].read_text(encoding="utf-8")
    assert "import sqlalchemy" not in source and "from sqlalchemy" not in source
    assert ".now(" not in source, f"{name} looks at a clock"


@pytest.mark.parametrize("name", [n for n in _all("slice") if n.endswith(".models")])
def test_models_import_no_services_and_no_queries(name: str) -> None:
    odd = {i for i in IMPORTS[name] if i.split(".")[-1] in {"service", "queries"}}
    assert not odd, f"{name} imports {odd}"


@pytest.mark.parametrize("name", [n for n in _all("slice") if n.endswith("queries")])
def test_queries_import_nothing_that_writes(name: str) -> None:
    odd = {i for i in IMPORTS[name] if i.split(".")[-1] in WRITERS}
    assert not odd, f"{name} imports {odd}"


@pytest.mark.parametrize("name", _all("adapter"))
def test_adapters_import_only_ports_errors_and_settings(name: str) -> None:
    allowed = (
        "contentlib.ports",
        "contentlib.errors",
        "contentlib.settings",
        "contentlib.adapters",
    )
    odd = {i for i in IMPORTS[name] if not i.startswith(allowed)}
    assert not odd, f"{name} imports {odd}"


@pytest.mark.parametrize("name", _all("indexer"))
def test_the_indexer_knows_only_ports_and_errors(name: str) -> None:
    allowed = ("contentlib.ports", "contentlib.errors", "indexer")
    odd = {i for i in IMPORTS[name] if not i.startswith(allowed)}
    assert not odd, f"{name} imports {odd}"


@pytest.mark.parametrize("name", [n for n in _all("joiner") if not n.startswith("contentlib.demo")])
def test_nothing_in_contentlib_calls_back_up(name: str) -> None:
    odd = {i for i in IMPORTS[name] if not i.startswith("contentlib")}
    assert not odd, f"{name} imports {odd}"


@pytest.mark.parametrize("name", [n for n in _all("web") if n != "web.wiring"])
def test_only_wiring_knows_the_indexer(name: str) -> None:
    odd = {i for i in IMPORTS[name] if i.startswith("indexer")}
    assert not odd, f"{name} imports {odd}"


@pytest.mark.parametrize(
    "name", [n for n in _all("web") if n.startswith(("web.pages", "web.viewer", "web.api"))]
)
def test_views_neither_select_nor_touch_models(name: str) -> None:
    odd = {i for i in IMPORTS[name] if i.endswith(".models")}
    assert not odd, f"{name} imports {odd}"
    source = MODULES[name].read_text(encoding="utf-8")
    assert "from sqlalchemy import" not in source, f"{name} builds SQL"


def test_commits_stand_only_in_the_database_module() -> None:
    commits = {
        name
        for name, path in MODULES.items()
        # the index commits its own derived files, never the database
        if ".commit()" in path.read_text(encoding="utf-8") and not name.startswith("indexer")
    }
    assert commits == {"contentlib.db"}


def test_the_environment_is_read_only_by_the_settings() -> None:
    readers = {
        name
        for name, path in MODULES.items()
        if "os.environ" in path.read_text(encoding="utf-8")
        or "getenv(" in path.read_text(encoding="utf-8")
    }
    # these hand an environment down to processes they start, and read nothing from it
    assert readers <= {"web.cli.serve", "indexer.sandbox", "indexer.query_model"}
