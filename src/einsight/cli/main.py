"""`einsight`: check, derive, rewrite, rules, explain, fmt, plugin, lsp.

Exit 0: nothing of severity error; 1: findings; 2: it could not be run, with one line on stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ..documents.regions import SUFFIXES
from . import fmt as formatting

COLOURS = {"error": "31", "warning": "33", "information": "36", "hint": "2"}


class CannotRun(Exception):
    """A bad option or an unreadable file."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CannotRun(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        options = _parser().parse_args(arguments)
        if options.run is not _lsp:  # which loads them when a document is opened
            from ..plugins.loading import install

            install()
        return options.run(options)
    except CannotRun as problem:
        return _refuse(str(problem))
    except KeyboardInterrupt:
        return _refuse("interrupted")
    except BrokenPipeError:
        # whoever read us has gone: nothing is left to say, to anyone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:
        from ..lowering.report import EinsightError

        if isinstance(problem, EinsightError):
            return _refuse(str(problem))
        if os.environ.get("EINSIGHT_DEBUG"):
            raise
        return _refuse(f"internal error, please report it: {type(problem).__name__}: {problem}")


def _refuse(message: str) -> int:
    print("einsight: " + " ".join(message.split()), file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    from .. import __version__

    parser = _Parser(prog="einsight", description="Derive and check Jacobians and gradients.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"einsight {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)

    check = commands.add_parser("check", help="judge every '=' of files (.ein, Markdown), folders or '-'")
    check.add_argument("paths", nargs="+", metavar="PATH")
    check.add_argument("--format", choices=["text", "json"], default="text")
    check.add_argument("--layout", choices=["numerator", "denominator", "mixed", "auto"])
    check.add_argument("--select", default="", metavar="C,..", help="report only these codes")
    check.add_argument("--ignore", default="", metavar="C,..", help="leave these codes out")
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
    derive.add_argument("--to", choices=["text", "json", "latex", "numpy", "jax", "torch"], default="text")
    derive.set_defaults(run=_derive)

    rewrite = commands.add_parser("rewrite", help="apply rewrite rules to an expression")
    rewrite.add_argument("expression", metavar="EXPR")
    rewrite.add_argument("-d", "--declare", action="append", default=[], metavar="DECL")
    rewrite.add_argument("--rule", action="append", metavar="ID", help="only these rules")
    rewrite.add_argument("--steps", action="store_true")
    rewrite.add_argument("--format", choices=["text", "json"], default="text")
    rewrite.set_defaults(run=_rewrite)

    rules = commands.add_parser("rules", help="every rule: id, statement, source")
    rules.add_argument("id", nargs="?", metavar="ID")
    rules.add_argument("--verify", action="store_true", help="check each numerically")
    rules.add_argument("--format", choices=["text", "json"], default="text")
    rules.set_defaults(run=_rules)

    explain = commands.add_parser("explain", help="the page of a code or a rule")
    explain.add_argument("what", metavar="CODE|RULE")
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

    lsp = commands.add_parser("lsp", help="the language server, on stdio")
    lsp.add_argument("--tcp", metavar="HOST:PORT")
    lsp.set_defaults(run=_lsp)
    return parser


def _print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


# derive and rewrite


def _derive(options: argparse.Namespace) -> int:
    from ..services.derive import derive

    wrt: Any = options.wrt
    if wrt is not None and len(wrt) == 1:
        wrt = wrt[0]
    found = derive(options.expression, wrt, options.declare, options.order, options.layout)
    if options.to != "text":
        print(found.steps_latex() if options.to == "latex" and options.steps else found.to(options.to).rstrip("\n"))
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
    for label, text in rows:
        print(f"{label:9} {text}")
    if options.steps:
        print("\nsteps")
        _print_steps(found.steps)
    return 0


def _print_steps(steps: Sequence[Any]) -> None:
    if not steps:
        print("  nothing to do")
        return
    width = max(len(s.rule) for s in steps)
    print(f"  {'':{width}}    {steps[0].before}")
    for step in steps:
        print(f"  {step.rule:{width}}  = {step.after}")


def _rewrite(options: argparse.Namespace) -> int:
    from ..services.derive import rewrite

    found = rewrite(options.expression, options.rule, options.declare)
    if options.format == "json":
        _print_json(found.as_json())
        return 0
    print(found.index)
    if options.steps:
        print("\nsteps")
        _print_steps(found.steps)
    return 0


# rules and explain


def _rules(options: argparse.Namespace) -> int:
    from ..rules.catalogue import catalogue
    from ..services.explain import explain

    known = catalogue().rules
    if options.id and options.id not in known:
        raise CannotRun(f"there is no rule `{options.id}`: `einsight rules` lists them")
    if options.verify:
        return _verify(options)
    if options.id and options.format == "text":
        print(explain(options.id))
        return 0
    chosen = [known[options.id]] if options.id else list(known.values())
    if options.format == "json":
        _print_json(
            [{"id": r.id, "statement": r.statement, "doc": r.doc, "phase": r.phase, "source": r.source} for r in chosen]
        )
        return 0
    width = max(len(r.id) for r in chosen)
    for rule in chosen:
        print(f"{rule.id:{width}}  {rule.statement}    ({rule.source})")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from ..services.verify import verify_all

    results = verify_all(options.id)
    failed = [r for r in results if r.problem]
    if options.format == "json":
        _print_json([vars(r) for r in results])
    else:
        for result in results:
            print(
                f"{'FAILED' if result.problem else 'ok':6}  {result.subject}: {result.check}"
                + (f": {result.problem}" if result.problem else "")
            )
        print(f"{len(results) - len(failed)} checks hold, {len(failed)} do not")
    return 1 if failed else 0


def _explain(options: argparse.Namespace) -> int:
    from ..services.explain import explain

    print(explain(options.what))
    return 0


def _fmt(options: argparse.Namespace) -> int:
    try:
        return formatting.run(options)
    except formatting.CannotFormat as problem:
        raise CannotRun(str(problem)) from None


def _new_plugin(options: argparse.Namespace) -> int:
    from ..services.scaffold import new_plugin

    try:
        source = new_plugin(options.name, Path())
    except OSError as problem:
        raise CannotRun(f"{problem.filename}: {problem.strerror}") from problem
    home = source.parts[0]
    print(f"{home} has one rule and one function: they are in {source}")
    print(f"next: cd {home} && pip install -e '.[test]' && pytest")
    return 0


def _lsp(options: argparse.Namespace) -> int:
    from ..server.main import serve

    address = None
    if options.tcp:
        host, _, port = options.tcp.rpartition(":")
        if not host or not port.isdigit():
            raise CannotRun("--tcp takes HOST:PORT, as in 127.0.0.1:8765")
        address = (host, int(port))
    return serve(address)


# check


def _check(options: argparse.Namespace) -> int:
    from ..lowering.report import NAMES
    from ..services.check import check_within
    from ..services.settings import Settings, settings_for

    codes = {k: [c.strip().upper() for c in getattr(options, k).split(",") if c.strip()] for k in ("select", "ignore")}
    for code in (*codes["select"], *codes["ignore"]):
        if code not in NAMES:
            raise CannotRun(f"there is no code {code}: `einsight explain CODE` knows EIN001 to EIN602")
    files = []
    for name, text, language in _inputs(options.paths):
        settings = settings_for(Path(name)) if name != "<stdin>" else Settings()
        if settings.problems:
            raise CannotRun(settings.problems[0])
        budget = settings.budget if "budget" in settings.given else None
        findings = check_within(budget, text, language, options.layout or settings.layout)
        findings.diagnostics = [
            d
            for d in findings.diagnostics
            if (settings.reports(d) or d.code in codes["select"])
            and d.code not in codes["ignore"]
            and (not codes["select"] or d.code in codes["select"])
        ]
        files.append((name, text, findings))
    (_report_json if options.format == "json" else _report_text)(files)
    return 1 if any(f.has_errors for _, _, f in files) else 0


def _inputs(paths: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for path in paths:
        if path == "-":
            yield "<stdin>", sys.stdin.read(), "ein"
            continue
        place = Path(path)
        if place.is_dir():
            for inner in sorted(p for p in place.rglob("*") if p.suffix in SUFFIXES and p.is_file()):
                yield str(inner), _read(inner), SUFFIXES[inner.suffix]
            continue
        if place.suffix not in SUFFIXES and place.exists():
            raise CannotRun(f"{path}: einsight reads {', '.join(SUFFIXES)} files")
        yield path, _read(place), SUFFIXES.get(place.suffix, "ein")


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except OSError as problem:
        raise CannotRun(f"{path}: {problem.strerror or problem}") from None
    except UnicodeDecodeError:
        raise CannotRun(f"{path}: this is not UTF-8 text") from None


def _report_text(files: Sequence[tuple[str, str, Any]]) -> None:
    from ..documents.positions import LineIndex

    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    claims = wrong = unread = 0
    for name, text, findings in files:
        lines = LineIndex(text, "utf-32")
        for found in findings.diagnostics:
            line, column = lines.position(found.span[0])
            severity = f"\033[{COLOURS[found.severity]}m{found.severity}\033[0m" if colour else found.severity
            print(f"{name}:{line + 1}:{column + 1}: {severity} {found.code} {found.message}")
            for span, message in found.related:
                at, where = lines.position(span[0])
                print(f"    {name}:{at + 1}:{where + 1}: {message}")
        claims += len(findings.claims)
        wrong += sum(c.verdict in ("wrong", "shape") for c in findings.claims)
        unread += len(findings.unread)
    counts = f"checked {claims} claim{'s' * (claims != 1)} in {len(files)} file{'s' * (len(files) != 1)}"
    counts += f": {claims - wrong} stand, {wrong} do not" if claims else ""
    print(counts + (f"; {unread} formula{'s' * (unread != 1)} not read" if unread else ""))


def _report_json(files: Sequence[tuple[str, str, Any]]) -> None:
    from ..documents.positions import LineIndex
    from ..services.check import claim_json

    out = []
    for name, text, findings in files:
        lines = LineIndex(text)

        def position(offset: int, lines: LineIndex = lines) -> dict[str, int]:
            line, character = lines.position(offset)
            return {"line": line, "character": character}

        def around(span: tuple[int, int], position: Any = position) -> dict[str, Any]:
            return {"start": position(span[0]), "end": position(span[1])}

        diagnostics = [
            {
                "code": d.code,
                "name": d.name,
                "severity": d.severity,
                "range": around(d.span),
                "message": d.message,
                "fixes": [{"title": f.title, "range": around(f.span), "text": f.text} for f in d.fixes],
            }
            for d in findings.diagnostics
        ]
        claims = [claim_json(c, position) for c in findings.claims]
        out.append({"path": name, "claims": claims, "diagnostics": diagnostics, "unread": len(findings.unread)})
    verdicts: dict[str, int] = {}
    for _, _, findings in files:
        for claim in findings.claims:
            verdicts[claim.verdict] = verdicts.get(claim.verdict, 0) + 1
    summary = {
        "files": len(files),
        "claims": sum(verdicts.values()),
        "verdicts": verdicts,
        "unread": sum(int(str(f["unread"])) for f in out),
    }
    _print_json({"files": out, "summary": summary})


if __name__ == "__main__":
    sys.exit(main())
