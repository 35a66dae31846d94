"""The README is held to the code: settings, commands, make targets."""

import re
from pathlib import Path

import click
import pytest

from contentlib.settings import Settings
from web.cli import group
from web.reports import REPORTS, definition

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _shown(default: object) -> str:
    if default == "":
        return "(empty)"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_readme_with_default_and_meaning(name: str) -> None:
    field = Settings.model_fields[name]
    row = f"| `CONTENTLIB_{name.upper()}` | {_shown(field.default)} | {field.description} |"
    assert row in README


def test_the_readme_names_no_setting_that_is_not_there() -> None:
    named = set(re.findall(r"CONTENTLIB_([A-Z_]+)", README))
    assert named <= {name.upper() for name in Settings.model_fields}


def test_every_command_stands_in_the_readme_and_explains_itself() -> None:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert f"`contentlib {name}" in README, name
        assert command.help, f"{name} says nothing about itself"


def test_every_option_explains_itself() -> None:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        for parameter in command.params if command else ():
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert parameter.help, f"{name} {parameter.opts}"


def test_the_make_targets_the_readme_names_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        if target not in ("are", "all"):
            assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_a_published_definition(name: str) -> None:
    assert len(definition(name)) > 80
