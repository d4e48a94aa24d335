"""`einsight derive`: a derivative on the terminal, or as code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..documents import reading
from . import plugin, terminal
from .expressions import add_expression, expression_of, show_steps
from .parsing import CannotRun, Command, add_plugin_option

if TYPE_CHECKING:
    from ..deriving.derive import Derived

EXAMPLES = (
    ('"y\' A x" -w x -d "A in R^(n x m); x in R^m; y in R^n" --steps', "a gradient, with the rules that lead to it"),
    ('"softmax(W x)" -w x -d "W in R^(n x m); x in R^m" --to jax', "a Jacobian as a function for JAX"),
    ("--file train.py:12 -w w", "the derivative of the function at a line of a program"),
    ('- -w x -d "A in R^(n x n); x in R^n" --order 2 < quadratic.txt', "a Hessian of what stands in a file"),
)
STATUSES = {0: "there is a derivative", 2: "the expression is not read, or not derived; standard error says why"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_expression(parser, optional=True)
    parser.add_argument(
        "--file",
        metavar="FILE:LINE",
        help="the function of a program, or the expression, at a line, in the place of EXPR",
    )
    parser.add_argument("-w", "--wrt", action="append", metavar="VAR", help="variable; repeat it for mixed derivatives")
    parser.add_argument("--order", type=int, default=1)
    parser.add_argument("--layout", choices=["numerator", "denominator", "mixed"], default="numerator")
    parser.add_argument("--steps", action="store_true", help="show the derivation")
    parser.add_argument(
        "--to",
        default="text",
        metavar="TARGET",
        help="text, json, latex, svg, diagram, numpy, jax, torch, dask, sympy, or what a plugin adds",
    )
    parser.add_argument(
        "--product",
        metavar="PRODUCT",
        help="code of a product with the derivative, which it does not form: vjp, jvp; hvp of a second derivative",
    )
    parser.add_argument(
        "--structured", action="store_true", help="code that returns the entries on diagonals, and where they stand"
    )
    parser.add_argument(
        "--size",
        action="append",
        default=[],
        type=_size,
        metavar="DIM=N",
        help="how long a dimension is expected to be, for the order of contraction",
    )
    parser.add_argument(
        "--search",
        type=int,
        metavar="STEPS",
        help="steps of the search for the shortest matrix form, 0 for none (120)",
    )
    parser.add_argument(
        "--profile", action="store_true", help="say how often each rule was tried and fired, and how long"
    )
    add_plugin_option(parser)
    _list_targets_of_plugins(parser)


def _size(text: str) -> tuple[str, int]:
    name, _, size = text.partition("=")
    if not name.strip() or not size.strip().isdecimal():
        raise argparse.ArgumentTypeError(f"`{text}` is no size: write `n=1000`")
    return name.strip(), int(size)


def _list_targets_of_plugins(parser: argparse.ArgumentParser) -> None:
    """Have its help say what else `--to` takes; plugins are loaded when somebody asks for it."""
    own = parser.format_help

    def format_help() -> str:
        from ..rules.catalogue import catalogue

        plugin.choose()
        brought = [f"{t.name} ({t.source}" + (f": {t.doc})" if t.doc else ")") for t in catalogue().targets.values()]
        if brought:
            parser.epilog = f"targets of plugins: {', '.join(brought)}"
        return own()

    parser.format_help = format_help  # type: ignore[method-assign]


def run(options: argparse.Namespace) -> int:
    if not options.profile:
        return _run(options)
    from ..rules.catalogue import catalogue
    from ..rules.profile import Profile

    profile = Profile()
    profile.watch(catalogue())
    try:
        return _run(options)
    finally:
        sys.stderr.write("\n".join(profile.table()) + "\n")


def _run(options: argparse.Namespace) -> int:
    from ..deriving.derive import derive

    if (options.file is None) == (options.expression is None):
        raise CannotRun("give an expression, or a line of a program by `--file FILE:LINE`")
    if options.file is not None:
        return _of_file(options)
    wrt: Any = options.wrt
    if wrt is not None and len(wrt) == 1:
        wrt = wrt[0]
    found = derive(expression_of(options), wrt, options.declare, options.order, options.layout, search=options.search)
    return _show(options, found)


def _of_file(options: argparse.Namespace) -> int:
    """What stands at a line of a program.  Raises CannotRun."""
    from ..python.at_line import located

    path, _, line = options.file.rpartition(":")
    if not path or not line.isdecimal():
        raise CannotRun(f"`{options.file}` names no line of a file: write `train.py:12`")
    if options.declare or len(options.wrt or ()) > 1:
        raise CannotRun("with `--file` there are no declarations, and one variable")
    try:
        text = reading.text(Path(path))
    except reading.NotUtf8 as problem:
        raise CannotRun(f"{path}: {problem}") from None
    except OSError as problem:
        raise CannotRun(f"{path}: {problem.strerror or problem}") from None
    here = located(text, int(line))
    found = here.derive((options.wrt or [None])[0], options.order, options.layout)
    if options.to == "text":
        terminal.show(f"of        {here.text}")
    code = here.code(found.wrt[0]) if options.order == 1 and options.to == "text" else None
    status = _show(options, found)
    if code is not None and not options.steps:
        terminal.show(f"code      {code}")
    return status


def _show(options: argparse.Namespace, found: Derived) -> int:
    sizes = _sizes(options.size, found)
    if options.to == "latex" and options.steps:
        terminal.hand_over(found.steps_latex())
    elif options.to != "text" or options.product or options.structured:
        text = found.to(options.to, structured=options.structured, product=options.product, sizes=sizes)
        terminal.hand_over(text.rstrip("\n"), is_json=options.to == "json")
    else:
        terminal.show(str(found))
        if options.steps:
            terminal.show("\nsteps")
            show_steps(found.steps)
    return 0


def _sizes(given: Sequence[tuple[str, int]], found: Derived) -> dict[str, int]:
    """The sizes by the names of dimensions.  Raises CannotRun for a name that no dimension has."""
    dims = dict.fromkeys(d.value for tensor in found.inputs for d in tensor.dims if isinstance(d.value, str))
    for name, _ in given:
        if name not in dims:
            there_are = f"there are {', '.join(dims)}" if dims else "there is none with a name"
            raise CannotRun(f"no dimension is named `{name}`: {there_are}")
    return dict(given)


COMMAND = Command("a derivative, with shape, layout and matrix form", add_arguments, run, EXAMPLES, STATUSES)
