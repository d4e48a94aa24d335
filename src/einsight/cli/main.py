"""`einsight`: check, derive, grade, rewrite, rules, functions, explain, fmt, plugin, lsp, mcp, site, completion.

Exit 0: all is well; 1: a claim does not stand, an error was found, a file is to be formatted; 2: it could not be run, with one
line on stderr.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from ..memory import VARIABLE, limit_memory
from . import (
    check,
    completion,
    derive,
    explain,
    fmt,
    functions,
    grade,
    lsp,
    mcp,
    plugin,
    rewrite,
    rules,
    site,
    terminal,
)
from .parsing import CannotRun, Parser, add_commands

COMMANDS = {
    "check": check.COMMAND,
    "derive": derive.COMMAND,
    "grade": grade.COMMAND,
    "rewrite": rewrite.COMMAND,
    "rules": rules.COMMAND,
    "functions": functions.COMMAND,
    "explain": explain.COMMAND,
    "fmt": fmt.COMMAND,
    "plugin": plugin.COMMAND,
    "lsp": lsp.COMMAND,
    "mcp": mcp.COMMAND,
    "site": site.command(lambda arguments: main(arguments)),
    "completion": completion.completing(lambda: _parser()),
}


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
    if options.run is not lsp.run:  # which loads them when a document is opened
        # `check` has settings for each file, and tells of those that are wrong itself
        plugin.choose(getattr(options, "disable_plugin", ()), is_silent=options.run is check.run)
    try:
        return options.run(options)
    finally:
        _tell_faults()


def _parser() -> argparse.ArgumentParser:
    from .. import __version__

    parser = Parser(prog="einsight", description="Derive and check Jacobians and gradients.", allow_abbrev=False)
    parser.add_argument("-V", "--version", action="version", version=f"einsight {__version__}")
    add_commands(parser, COMMANDS)
    return parser


def _of_ours(problem: Exception) -> str:
    """Why a command ended, which may be a fault of ours."""
    from ..lowering.report import EinsightError

    if isinstance(problem, EinsightError):
        return str(problem)
    if os.environ.get("EINSIGHT_DEBUG"):
        raise problem
    return f"internal error, please report it: {type(problem).__name__}: {problem}"


def _tell_faults() -> None:
    from ..plugins.telling import tell

    tell(terminal.say)


def _refuse(message: str) -> int:
    terminal.say(message)
    return 2


if __name__ == "__main__":
    sys.exit(main())
