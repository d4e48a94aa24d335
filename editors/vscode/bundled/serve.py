"""Runs the language server with the libraries that come with the extension.

    serve.py useBundled|fromEnvironment FOLDER [--about]

The bundled libraries go before those of the interpreter, or behind them; `--about` prints as JSON what would run.  They come as
archives, which are shared with the server that runs without Python; the first start unpacks them into FOLDER.
"""

import json
import os
import shutil
import sys
import tempfile
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ARCHIVES = os.path.join(os.path.dirname(HERE), "dist", "engine")
OLDEST = (3, 10)
STALE = 30 * 24 * 3600.0  # seconds after which libraries of another version that nobody started are removed


def libraries(folder):
    """The folder of the libraries: beside this file where they were built, or unpacked."""
    built = os.path.join(HERE, "libs")
    if os.path.isdir(built):
        return built
    with open(os.path.join(ARCHIVES, "id.txt")) as file:
        there = os.path.join(folder, "libs-" + file.read().strip())
    if not os.path.isdir(there):
        try:
            os.makedirs(folder, exist_ok=True)
            part = tempfile.mkdtemp(prefix="part-", dir=folder)
        except OSError:  # a folder that may not be written: for this start alone
            part = there = tempfile.mkdtemp(prefix="einsight-")
        for name in sorted(os.listdir(ARCHIVES)):
            if name.endswith(".zip") and name != "python_stdlib.zip":
                with zipfile.ZipFile(os.path.join(ARCHIVES, name)) as archive:
                    archive.extractall(part)
        if part != there:
            try:
                os.rename(part, there)
            except OSError:  # another window was faster
                shutil.rmtree(part, ignore_errors=True)
        _remove_stale(folder, there)
    try:
        os.utime(there)
    except OSError:
        pass
    return there


def _remove_stale(folder, there):
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        try:
            if name.startswith(("libs-", "part-")) and path != there and time.time() - os.path.getmtime(path) > STALE:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            pass


def about(libs):
    """The interpreter and the einsight that it would import."""
    found = {"executable": sys.executable, "python": "%d.%d.%d" % sys.version_info[:3], "einsight": None}
    try:
        import einsight
    except ImportError as problem:
        found["problem"] = str(problem)
    else:
        found["einsight"] = einsight.__version__
        found["bundled"] = os.path.abspath(einsight.__file__).startswith(libs + os.sep)
    return found


def main(strategy, folder, *rest):
    if sys.version_info < OLDEST:  # this much runs on any Python, to say that it is too old
        print(json.dumps({"executable": sys.executable, "python": "%d.%d.%d" % sys.version_info[:3], "einsight": None}))
        return 0
    libs = libraries(folder)
    # the folder of this file has nothing to import
    sys.path[:] = [p for p in sys.path if os.path.abspath(p) != HERE]
    sys.path.insert(0 if strategy == "useBundled" else len(sys.path), libs)
    if "--about" in rest:
        print(json.dumps(about(libs)))
        return 0
    from einsight.cli.main import main as run

    return run(["lsp"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
