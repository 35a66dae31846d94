"""The parts documents are made of: Markdown blocks and the language of workbook cells."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.demo.documents import blocks, formulas
from contentlib.demo.documents.deck import slides_of


def _result(expression: str, **named: float) -> float:
    def answer(found: re.Match[str]) -> formulas.Argument:
        return list(named.values()) if found["range"] else named[found["name"] or found["header"]]

    return formulas.evaluate(expression, answer)


numbers = st.floats(min_value=-1e6, max_value=1e6)


@given(a=numbers, b=numbers)
def test_a_formula_means_what_its_signs_mean(a: float, b: float) -> None:
    assert _result("{a}*2-({b}+[a])/4", a=a, b=b) == a * 2 - (b + a) / 4
    assert _result("IF({a}>={b},{a},{b})", a=a, b=b) == _result("MAX({a},{b})", a=a, b=b)
    assert _result("SUM([:a])", a=a, b=b) == sum([a, b])


@given(st.integers(-10_000, 10_000))
def test_halves_are_rounded_away_from_zero_as_spreadsheets_do(whole: int) -> None:
    away = whole + 1 if whole >= 0 else whole
    assert _result("ROUND({a},0)", a=whole + 0.5) == away


def test_rounding_up_counts_a_begun_gateway_as_one() -> None:
    assert _result("ROUNDUP({points}/150,0)", points=151) == 2
    assert _result("ROUNDUP({points}/150,0)", points=150) == 1


def test_a_branch_not_taken_is_not_computed() -> None:
    assert _result("IF({sites}>0,100/{sites},0)", sites=0) == 0


@pytest.mark.parametrize(
    "expression", ["__import__(1)", "{a}**2", "'text'", "[:a]", "{a}.real", "OPEN({a})"]
)
def test_anything_beyond_the_language_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"not a formula|a range stands"):
        _result(expression, a=1.0)


@pytest.mark.parametrize(
    ("text", "literal", "number_format"),
    [
        ("EUR 6500", 6500.0, '"EUR" #,##0'),
        ("EUR 9.50", 9.5, '"EUR" #,##0.00'),
        ("44%", 0.44, "0%"),
        ("84,000", 84000.0, "#,##0"),
        ("5 to 9", "5 to 9", None),
        ("door contact variant EUR 131", "door contact variant EUR 131", None),
    ],
)
def test_a_cell_is_a_number_only_when_all_of_it_is(
    text: str, literal: formulas.Value, number_format: str | None
) -> None:
    cell = formulas.read_cell(text)
    assert (cell.literal, cell.number_format, cell.expression) == (literal, number_format, None)


def test_a_cell_may_carry_a_name_a_format_and_an_expression() -> None:
    cell = formulas.read_cell("{sum} EUR = {a}*{b}")
    assert (cell.name, cell.expression, cell.literal) == ("sum", "{a}*{b}", None)


def test_a_quotation_ends_with_who_said_it() -> None:
    assert blocks.parse("> I *did*.\n> - Ann, quality manager\n") == [
        blocks.Quote(
            (blocks.Run("I "), blocks.Run("did", italic=True), blocks.Run(".")),
            "Ann, quality manager",
        )
    ]


def test_figures_and_bars_are_read_line_by_line() -> None:
    figures, bars = blocks.parse(
        "```figures\n-57 % | turn time\n```\n\n"
        "```bars Wait, minutes\nBefore | 95\nAfter | 38\n```\n"
    )
    assert figures == blocks.Figures((("-57 %", "turn time"),))
    assert bars == blocks.Bars("Wait, minutes", (("Before", 95.0), ("After", 38.0)))


@pytest.mark.parametrize("markdown", ["- a\n  - b\n", "---\n", "![x](y)\n", "```python\n1\n```\n"])
def test_what_no_format_lays_out_is_refused_instead_of_dropped(markdown: str) -> None:
    with pytest.raises(ValueError, match=r"no format lays out|unknown fenced block"):
        blocks.parse(markdown)


def test_an_entry_without_its_bar_is_named() -> None:
    with pytest.raises(ValueError, match="12 per cent"):
        blocks.parse("```figures\n12 per cent\n```\n")


def test_notes_belong_to_their_slide_and_are_not_shown() -> None:
    first, second = slides_of("# One\n\nNotes:\nSay hello.\n\n---\n\n## Two\n")
    assert (first.notes, second.notes) == ("Say hello.", "")
    assert first.blocks == (blocks.Heading(1, (blocks.Run("One"),)),)
