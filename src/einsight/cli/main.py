"""`einsight`: check, derive, rewrite, rules, explain, fmt, plugin, lsp.

Exit 0: all is well; 1: a claim does not stand, an error was found, a file is to be formatted; 2: it could not be run, with one
line on stderr.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from ..memory import VARIABLE, limit_memory
from . import check as checking
from . import fmt as formatting
from . import lsp as serving
from . import terminal


class CannotRun(Exception):
    """A bad option or an unreadable file."""


class _Parser(argparse.ArgumentParser):
    def _print_message(self, message: str, file: Any = None) -> None:
        (file or sys.stderr).write(message)  # which fails where it cannot be written; argparse says nothing of that

    def error(self, message: str) -> NoReturn:
        raise CannotRun(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status.  Without arguments the process is ours, and its memory is limited."""
    try:
        if arguments is None:
            limit_memory()
        terminal.prepare()
        try:
            status = _run(arguments)
        except SystemExit:  # it was asked for help
            terminal.flush()
            raise
        terminal.flush()
        return status
    except (CannotRun, terminal.NoOutput) as problem:
        return _refuse(str(problem))
    except KeyboardInterrupt:
        return _refuse("interrupted")
    except MemoryError:
        return _refuse(f"EIN504 it needs more memory than a process may use; {VARIABLE} sets that, in MB")
    except BrokenPipeError:
        # whoever read us has gone: nothing is left to say, to anyone
        terminal.drop()
        return 0
    except OSError as problem:
        if problem.filename is not None:
            return _refuse(f"{problem.filename}: {problem.strerror}")
        terminal.drop()
        if sys.platform == "win32" and problem.errno == errno.EINVAL:  # a closed pipe there
            return 0
        return _refuse(f"the output could not be written: {problem.strerror or problem}")
    except Exception as problem:
        return _refuse(_of_ours(problem))


def _run(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    if options.run is not _lsp:  # which loads them when a document is opened
        _choose_plugins(options)
    try:
        return options.run(options)
    finally:
        _tell_faults()


def _of_ours(problem: Exception) -> str:
    """Why a command ended, which may be a fault of ours."""
    from ..lowering.report import EinsightError

    if isinstance(problem, EinsightError):
        return str(problem)
    if os.environ.get("EINSIGHT_DEBUG"):
        raise problem
    return f"internal error, please report it: {type(problem).__name__}: {problem}"


def _choose_plugins(options: argparse.Namespace) -> None:
    """Those that the settings above this folder, and the options, leave on; `check` has settings for each file."""
    from ..plugins.telling import use
    from ..settings import settings_for

    settings = settings_for(Path("_"))
    if settings.problem is not None and options.run is not _check:
        terminal.say(str(settings.problem))
    use((*settings.disabled, *getattr(options, "disable_plugin", ())), settings.rules)


def _tell_faults() -> None:
    from ..plugins.telling import tell

    tell(terminal.say)


def _refuse(message: str) -> int:
    terminal.say(message)
    return 2


def _parser() -> argparse.ArgumentParser:
    from .. import __version__

    parser = _Parser(prog="einsight", description="Derive and check Jacobians and gradients.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"einsight {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)

    check = commands.add_parser("check", help="judge every '=' of files (.ein, Markdown), folders or '-'")
    checking.add_arguments(check)
    _add_plugin_option(check)
    check.set_defaults(run=_check)

    derive = commands.add_parser("derive", help="a derivative, with shape, layout and matrix form")
    derive.add_argument("expression", metavar="EXPR")
    derive.add_argument("-w", "--wrt", action="append", metavar="VAR", help="variable; repeat it for mixed derivatives")
    derive.add_argument(
        "-d", "--declare", action="append", default=[], metavar="DECL", help="a statement, as in 'x in R^m'"
    )
    derive.add_argument("--order", type=int, default=1)
    derive.add_argument("--layout", choices=["numerator", "denominator", "mixed"], default="numerator")
    derive.add_argument("--steps", action="store_true", help="show the derivation")
    derive.add_argument(
        "--to",
        default="text",
        metavar="TARGET",
        help="text, json, latex, svg, numpy, jax, torch, dask, sympy, or what a plugin adds",
    )
    derive.add_argument(
        "--product",
        metavar="PRODUCT",
        help="code of a product with the derivative, which it does not form: vjp, jvp; hvp of a second derivative",
    )
    derive.add_argument(
        "--structured", action="store_true", help="code that returns the entries on diagonals, and where they stand"
    )
    derive.add_argument(
        "--size",
        action="append",
        default=[],
        type=_size,
        metavar="DIM=N",
        help="how long a dimension is expected to be, for the order of contraction",
    )
    derive.add_argument(
        "--profile", action="store_true", help="say how often each rule was tried and fired, and how long"
    )
    _add_plugin_option(derive)
    derive.set_defaults(run=_derive)
    _list_targets_of_plugins(derive)

    rewrite = commands.add_parser("rewrite", help="apply rewrite rules to an expression")
    rewrite.add_argument("expression", metavar="EXPR")
    rewrite.add_argument("-d", "--declare", action="append", default=[], metavar="DECL")
    rewrite.add_argument("--rule", action="append", metavar="ID", help="only these rules")
    rewrite.add_argument("--steps", action="store_true")
    rewrite.add_argument("--format", choices=["text", "json"], default="text")
    _add_plugin_option(rewrite)
    rewrite.set_defaults(run=_rewrite)

    rules = commands.add_parser("rules", help="every rule: id, statement, source")
    rules.add_argument("id", nargs="?", metavar="ID|PLUGIN")
    rules.add_argument("--verify", action="store_true", help="check each numerically, and against the others")
    _add_plugin_option(rules)
    rules.add_argument("--format", choices=["text", "json"], default="text")
    rules.set_defaults(run=_rules)

    explain = commands.add_parser("explain", help="the page of a topic, a code or a rule; without one, the topics")
    explain.add_argument("what", nargs="?", metavar="TOPIC|CODE|RULE")
    explain.set_defaults(run=_explain)

    fmt = commands.add_parser("fmt", help="canonical spacing of files (.ein, Markdown's ein fences), folders or '-'")
    formatting.add_arguments(fmt)
    fmt.set_defaults(run=_fmt)

    plugin = commands.add_parser("plugin", help="rule plugins").add_subparsers(
        title="commands", required=True, metavar="COMMAND", parser_class=_Parser
    )
    new = plugin.add_parser("new", help="a package with one rule, one function and their tests, ready to install")
    new.add_argument(
        "name", metavar="NAME", help="lower-case letters, digits and hyphens; the package is einsight-NAME"
    )
    new.set_defaults(run=_new_plugin)
    listed = plugin.add_parser("list", help="which plugins are on or off, and why")
    listed.add_argument("--format", choices=["text", "json"], default="text")
    _add_plugin_option(listed)
    listed.set_defaults(run=_list_plugins)

    lsp = commands.add_parser("lsp", help="the language server, on stdio")
    serving.add_arguments(lsp)
    lsp.set_defaults(run=_lsp)
    return parser


def _size(text: str) -> tuple[str, int]:
    name, _, size = text.partition("=")
    if not name.strip() or not size.strip().isdecimal():
        raise argparse.ArgumentTypeError(f"`{text}` is no size: write `n=1000`")
    return name.strip(), int(size)


def _add_plugin_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--disable-plugin", action="append", default=[], metavar="NAME", help="without this plugin")


def _list_targets_of_plugins(parser: argparse.ArgumentParser) -> None:
    """Have its help say what else `--to` takes; plugins are loaded when somebody asks for it."""
    own = parser.format_help

    def format_help() -> str:
        from ..rules.catalogue import catalogue

        _choose_plugins(argparse.Namespace(run=_derive))
        brought = [f"{t.name} ({t.source}" + (f": {t.doc})" if t.doc else ")") for t in catalogue().targets.values()]
        if brought:
            parser.epilog = f"targets of plugins: {', '.join(brought)}"
        return own()

    parser.format_help = format_help  # type: ignore[method-assign]


def _print_json(data: Any) -> None:
    terminal.hand_over(terminal.json_text(data), is_json=True)


# derive and rewrite


def _derive(options: argparse.Namespace) -> int:
    from ..deriving.derive import derive

    if options.profile:
        return _profiled(options)
    wrt: Any = options.wrt
    if wrt is not None and len(wrt) == 1:
        wrt = wrt[0]
    found = derive(options.expression, wrt, options.declare, options.order, options.layout)
    if options.to == "latex" and options.steps:
        terminal.hand_over(found.steps_latex())
        return 0
    if options.to != "text" or options.product or options.structured:
        sizes = dict(options.size)
        text = found.to(options.to, structured=options.structured, product=options.product, sizes=sizes)
        terminal.hand_over(text.rstrip("\n"), is_json=options.to == "json")
        return 0
    name = "".join(f"_{f}" if len(f) > 1 else f for f in found.free)
    rows = [("index", found.index + (f"        free {', '.join(found.free)}" if name else ""))]
    if found.matrix is not None:
        shape = "×".join(found.matrix_shape) if found.matrix_shape else "a number"
        rows.append(("matrix", f"{found.matrix}        {shape}, {found.layout} layout"))
    else:
        rows.append(("matrix", "none: this has no matrix form that einsight knows"))
    if found.gradient is not None and found.gradient != found.matrix:
        rows.append(("gradient", f"{found.gradient}        in the variable's own shape, {'×'.join(found.shape)}"))
    rows.append(("shape", f"({', '.join(found.shape)})" if found.shape else "a number"))
    rows += [("note", note) for note in found.notes]
    rows += [("hint" if d.severity == "hint" else "note", f"{d.code} {d.message}") for d in found.diagnostics]
    for label, text in rows:
        terminal.show(f"{label:9} {text}")
    if options.steps:
        terminal.show("\nsteps")
        _print_steps(found.steps)
    return 0


def _profiled(options: argparse.Namespace) -> int:
    """The same, and on stderr what each rule did for it."""
    from ..rules.catalogue import catalogue
    from ..rules.profile import Profile

    profile = Profile()
    profile.watch(catalogue())
    options.profile = False
    try:
        return _derive(options)
    finally:
        sys.stderr.write("\n".join(profile.table()) + "\n")


def _print_steps(steps: Sequence[Any]) -> None:
    if not steps:
        terminal.show("  nothing to do")
        return
    width = max(len(s.rule) for s in steps)
    terminal.show(f"  {'':{width}}    {steps[0].before}")
    for step in steps:
        terminal.show(f"  {step.rule:{width}}  = {step.after}")


def _rewrite(options: argparse.Namespace) -> int:
    from ..deriving.derive import rewrite

    found = rewrite(options.expression, options.rule, options.declare)
    if options.format == "json":
        _print_json(found.as_json())
        return 0
    terminal.show(found.index)
    if options.steps:
        terminal.show("\nsteps")
        _print_steps(found.steps)
    return 0


# rules and explain


def _rules(options: argparse.Namespace) -> int:
    from ..docs.explain import explain
    from ..rules.catalogue import catalogue

    if options.verify:
        return _verify(options)
    known = catalogue().rules
    chosen = [r for r in known.values() if options.id in (None, r.id, r.source)]
    if not chosen and options.id not in catalogue().versions:
        raise CannotRun(f"there is no rule and no plugin `{options.id}`: `einsight rules` lists them")
    if options.id in known and options.format == "text":
        terminal.show(explain(options.id))
        return 0
    if options.format == "json":
        _print_json(
            [{"id": r.id, "statement": r.statement, "doc": r.doc, "phase": r.phase, "source": r.source} for r in chosen]
        )
        return 0
    width = max((len(r.id) for r in chosen), default=0)
    for rule in chosen:
        terminal.show(f"{rule.id:{width}}  {rule.statement}    ({rule.source})")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from ..verifying.verify import Unknown, verify_all

    try:
        results = verify_all(options.id)
    except Unknown:
        raise CannotRun(f"there is no rule, function or plugin `{options.id}`: `einsight rules` lists rules") from None
    failed = [r for r in results if r.problem]
    if options.format == "json":
        _print_json([vars(r) for r in results])
    else:
        for result in results:
            mark = "FAILED" if result.problem else "note" if result.note else "ok"
            said = result.problem or result.note
            terminal.show(f"{mark:6}  {result.subject}: {result.check}" + (f": {said}" if said else ""))
        notes = sum(bool(r.note) for r in results)
        terminal.show(f"{len(results) - len(failed) - notes} checks hold, {len(failed)} do not")
    return 1 if failed else 0


def _explain(options: argparse.Namespace) -> int:
    from ..docs.explain import explain

    terminal.show(explain(options.what))
    return 0


def _check(options: argparse.Namespace) -> int:
    try:
        return checking.run(options)
    except checking.CannotCheck as problem:
        raise CannotRun(str(problem)) from None


def _fmt(options: argparse.Namespace) -> int:
    try:
        return formatting.run(options)
    except formatting.CannotFormat as problem:
        raise CannotRun(str(problem)) from None


def _new_plugin(options: argparse.Namespace) -> int:
    from .plugin import new

    try:
        return new(options.name)
    except OSError as problem:
        raise CannotRun(f"{problem.filename or options.name}: {problem.strerror or problem}") from problem


def _list_plugins(options: argparse.Namespace) -> int:
    from .plugin import tell

    return tell(options.format)


def _lsp(options: argparse.Namespace) -> int:
    try:
        return serving.run(options)
    except serving.CannotServe as problem:
        raise CannotRun(str(problem)) from None


if __name__ == "__main__":
    sys.exit(main())
