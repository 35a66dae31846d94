"""The little language of workbook cells, and its values.

A cell is `[{name}] [format] literal` or `[{name}] [format] = expression`. Formats: EUR USD GBP,
% (percentage), # (whole number), #.# (one decimal). In an expression `{name}` is a named cell of
any sheet, `[Header]` the cell of this row under that header, and `[:Header]` all cells of this
table above this row. Authors set formulas in backticks, or Markdown would read their asterisks
as emphasis. The values are computed here too, because a library that writes formulas
leaves their results empty until a spreadsheet program has opened the file, and previews and
search read results.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Value = float | str | None

NUMBER_FORMATS = {
    "EUR": '"EUR" #,##0',
    "USD": '"USD" #,##0',
    "GBP": '"GBP" #,##0',
    "%": "0.0%",
    "#": "#,##0",
    "#.#": "0.0",
}

_CELL = re.compile(
    r"\A(?:\{(?P<name>\w+)\}\s*)?(?:(?P<format>EUR|USD|GBP|%|#\.#|#)\s+)?(?P<rest>.*)\Z"
)
_NUMBER = re.compile(r"\A-?\d[\d,]*(\.\d+)?%?\Z")
REFERENCE = re.compile(r"\{(?P<name>\w+)\}|\[(?P<range>:?)(?P<header>[^\]]+)\]")


@dataclass(frozen=True, slots=True)
class Cell:
    """One authored cell: a literal, or an expression whose references are not yet placed."""

    name: str | None
    number_format: str | None
    literal: Value
    expression: str | None


def read_cell(text: str) -> Cell:
    """What an author wrote in a cell; text that is neither number nor formula stays text."""
    found = _CELL.match(text)
    if found is None:
        raise ValueError(f"not a cell: {text!r}")
    name, mark, rest = found["name"], found["format"], found["rest"]
    if rest.startswith("="):
        return Cell(name, NUMBER_FORMATS.get(mark or "#"), None, rest[1:].strip())
    if _NUMBER.match(rest):
        return Cell(name, _literal_format(mark, rest), _number(rest), None)
    return Cell(name, None, text if name is None else rest, None)


def _number(text: str) -> float:
    if text.endswith("%"):
        return float(text[:-1]) / 100
    return float(text.replace(",", ""))


def _literal_format(mark: str | None, text: str) -> str:
    decimals = "." + "0" * len(text.rpartition(".")[2]) if "." in text else ""
    if text.endswith("%"):
        return "0%"
    if mark is None or mark == "#":
        return f"#,##0{decimals}"
    return NUMBER_FORMATS[mark] + (decimals if mark in {"EUR", "USD", "GBP"} else "")


Argument = float | Sequence[float]


def _flat(arguments: Sequence[Argument]) -> list[float]:
    flat: list[float] = []
    for argument in arguments:
        flat.extend([argument] if isinstance(argument, (int, float)) else argument)
    return flat


def _round_up(arguments: Sequence[Argument]) -> float:
    number, digits = _flat(arguments)
    return math.ceil(number * 10**digits) / 10**digits


def _round(arguments: Sequence[Argument]) -> float:
    number, digits = _flat(arguments)
    # Spreadsheets round halves away from zero, Python to even.
    return math.copysign(math.floor(abs(number) * 10**digits + 0.5) / 10**digits, number)


_FUNCTIONS: Mapping[str, Callable[[Sequence[Argument]], float]] = {
    "SUM": lambda arguments: sum(_flat(arguments)),
    "MIN": lambda arguments: min(_flat(arguments)),
    "MAX": lambda arguments: max(_flat(arguments)),
    "ROUND": _round,
    "ROUNDUP": _round_up,
}
_OPERATORS: Mapping[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def evaluate(expression: str, value_of: Callable[[re.Match[str]], Argument]) -> float:
    """The result of an expression; `value_of` answers each reference in it.

    Raises ValueError for anything beyond numbers, references, + - * /, comparisons, SUM, MIN,
    MAX, IF, ROUND and ROUNDUP.
    """
    known: dict[str, Argument] = {}

    def stand_in(found: re.Match[str]) -> str:
        known[f"v{len(known)}"] = value_of(found)
        return f"v{len(known) - 1}"

    source = REFERENCE.sub(stand_in, expression)
    return _number_of(ast.parse(source, mode="eval").body, known)


def _number_of(node: ast.expr, known: Mapping[str, Argument]) -> float:
    result = _value(node, known)
    if isinstance(result, (int, float)):
        return result
    raise ValueError("a range stands where a number is needed")


def _value(node: ast.expr, known: Mapping[str, Argument]) -> Argument:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number_of(operand, known)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_number_of(left, known), _number_of(right, known))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_number_of(left, known), _number_of(right, known))
        case ast.Call(func=ast.Name(id="IF"), args=[test, yes, no]):
            return _value(yes if _number_of(test, known) else no, known)
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _FUNCTIONS:
            return _FUNCTIONS[name]([_value(argument, known) for argument in arguments])
    raise ValueError(f"not a formula this workbook knows: {ast.unparse(node)}")
