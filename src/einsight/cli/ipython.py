"""`%einsight` and `%%einsight`: what a session of IPython, or a notebook, asks; `%load_ext einsight` has it know them.

IPython is imported by nobody here: it hands its shell over, and shows what comes back by what a result says of itself.
"""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING, Any

from ..deriving.derive import derive
from ..lowering.report import EinsightError
from ..plugins.telling import tell
from ..sheets.check import check
from .parsing import CannotRun, Parser
from .terminal import say

if TYPE_CHECKING:
    from ..deriving.derived import Derived
    from ..deriving.narrated import Narrated
    from ..sheets.check import Findings

LAYOUTS = ("numerator", "denominator", "mixed")
# where the expression ends: its primes are no quotes, and `-w` in it is written `- w`
_FIRST_OPTION = re.compile(r"(?:^|\s)(?=(?:-[wd]|--(?:wrt|declare|order|layout|language|steps))(?:[\s=]|$))")


def register(shell: Any) -> None:
    """Have a shell know `%einsight` and `%%einsight`."""
    shell.register_magic_function(magic, "line_cell", "einsight")


def magic(line: str, cell: str | None = None) -> Derived | Narrated | Findings:
    """Derive an expression, or check a document.

    %einsight y' A x -w x -d "A in R^(n x m); x in R^m; y in R^n"
        A derivative, as `einsight.derive` gives it: -w VAR for each variable, -d DECL for statements, --order N, --layout L.
        --steps shows the derivation itself, each step with its rule.  The expression ends where the first option begins.  `d = %einsight …` keeps what comes back.

    %%einsight
        The cell is an .ein document: every claim in it is judged, as `einsight.check` does; --layout L, --language L.
    """
    try:
        return _derived(line) if cell is None else _checked(line, cell)
    except (CannotRun, EinsightError) as problem:
        raise _refusal(str(problem)) from None
    finally:
        tell(say)


# IPython would put the variables of the session in for `{a}` in `\frac{a}{b}`
magic._ipython_magic_no_var_expand = True  # type: ignore[attr-defined]


def _derived(line: str) -> Derived | Narrated:
    parser = Parser(prog="%einsight", add_help=False, allow_abbrev=False)
    parser.add_argument("-w", "--wrt", action="append", metavar="VAR")
    parser.add_argument("-d", "--declare", action="append", default=[], metavar="DECL")
    parser.add_argument("--order", type=int, default=1)
    parser.add_argument("--layout", choices=LAYOUTS, default="numerator")
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("expression", nargs="*")
    first = _FIRST_OPTION.search(line)
    expression, behind = (line[: first.start()], line[first.end() :]) if first else (line, "")
    options = parser.parse_args(_words(behind))
    given = [*filter(None, [_unquoted(expression.strip())]), *options.expression]
    if not given:
        raise CannotRun("write an expression, as in `%einsight x' A x -w x`")
    if len(given) > 1:
        raise CannotRun(f"`{given[1]}` stands behind the options: put quotes around what -d declares")
    wrt = options.wrt[0] if options.wrt is not None and len(options.wrt) == 1 else options.wrt
    found = derive(given[0], wrt, options.declare, options.order, options.layout)
    return found.derivation if options.steps else found


def _checked(line: str, cell: str) -> Findings:
    parser = Parser(prog="%%einsight", add_help=False, allow_abbrev=False)
    parser.add_argument("--layout", choices=[*LAYOUTS, "auto"], default="numerator")
    parser.add_argument("--language", default="ein")
    options = parser.parse_args(_words(line))
    return check(cell, options.language, options.layout)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as problem:  # a quote that does not end
        raise CannotRun(f"the options do not read: {str(problem).lower()}") from None


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]
    return text[1:-1] if quoted else text


def _refusal(message: str) -> Exception:
    """What IPython tells in one line; where there is none, what the command line raises."""
    errors = sys.modules.get("IPython.core.error")
    return errors.UsageError(message) if errors is not None else CannotRun(message)
