"""Runs the language server with the libraries beside this file.

    serve.py useBundled|fromEnvironment [--about]

The bundled libraries go before those of the interpreter, or behind them; `--about` prints as JSON what would run.
"""

import json
import os
import sys

LIBS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libs")
OLDEST = (3, 10)


def about():
    """The interpreter and the einsight that it would import; runs on any Python, to say that it is too old."""
    found = {"executable": sys.executable, "python": "%d.%d.%d" % sys.version_info[:3], "einsight": None}
    if sys.version_info >= OLDEST:
        try:
            import einsight
        except ImportError as problem:
            found["problem"] = str(problem)
        else:
            found["einsight"] = einsight.__version__
            found["bundled"] = os.path.abspath(einsight.__file__).startswith(LIBS + os.sep)
    return found


def main(strategy, *rest):
    # the folder of this file has nothing to import
    sys.path[:] = [p for p in sys.path if os.path.abspath(p) != os.path.dirname(LIBS)]
    sys.path.insert(0 if strategy == "useBundled" else len(sys.path), LIBS)
    if "--about" in rest:
        print(json.dumps(about()))
        return 0
    from einsight.cli.main import main as run

    return run(["lsp"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
