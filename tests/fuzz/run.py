"""`python tests/fuzz/run.py TARGET SECONDS [SEED]`: feed a target for a while, and keep what it does not stand.

With atheris (`pip install atheris`) new inputs are those that reach new code; without it the kept ones are changed at random.
Either way an input has a limit of time and memory, and one that breaks it is a finding like an exception.  Findings are
written to `tests/fuzz/findings/TARGET`; mended ones go to `tests/fuzz/corpus/TARGET`, which the tests replay.
"""

from __future__ import annotations

import faulthandler
import hashlib
import random
import signal
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).parent
SECONDS, MEGABYTES, LARGEST = 10, 1_000, 4_000
# what the grammars know, to be put in
WORDS = (
    "$ $$ ` `` ``` ~~~ \\( \\) \\[ \\] \\begin{align} \\end{align} \\frac{ { } \\text{ \\newcommand{\\a}[1]{#1#1} \\a \\def\\a{ ∂ ∇ d/dx d/d "
    "∈ ℝ^n ℝ^(n×n) = := ' ᵀ ^T ^-1 _i _ij _{i+1} ∑_i ∑_{i=1}^n ⊙ ⊗ ‖ | ( ) [ ] ; # , . 0 1 9999999999 1e999 -1 inv( det( tr( exp( diag( "
    ':math:` .. math:: :: >>> """ \'\'\' \\\\ \\n \\u0000 \\ud800 [[ ]] . " => where example function dim symmetric δ_ij I ones e_i '
    '#! layout denominator nan inf true null { "cells" "cell_type" "markdown" "source" "method" "params" "id" "jsonrpc" tool.einsight'
).split(" ")


class Late(BaseException):
    """An input that takes too long; no `Exception`, so that nothing takes it for a failed attempt."""


def load(target: str) -> list[bytes]:
    return [p.read_bytes() for p in sorted((HERE / "corpus" / target).glob("*"))]


def limited(run, data: bytes, seconds: float = SECONDS) -> None:
    """Run a target; raise Late where it takes more CPU time than that."""

    def late(*_: object) -> None:
        raise Late(f"more than {seconds} s")

    if not hasattr(signal, "setitimer"):  # Windows
        run(data)
        return
    signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        run(data)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def changed(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """A few changes at random: bytes, pieces of others, words, repetitions."""
    made = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 3, 5, 8])):
        at = chance.randrange(len(made) + 1)
        end = min(len(made), at + chance.choice([1, 2, 5, 20, 100]))
        kind = chance.randrange(7)
        if kind == 0:
            del made[at:end]
        elif kind == 1:
            made[at:at] = chance.choice(WORDS).encode()
        elif kind == 2 and others:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            made[at:end] = other[start : start + chance.choice([1, 5, 20, 100, 1000])]
        elif kind == 3:
            made[at:at] = made[at:end] * chance.choice([1, 2, 10, 50])
        elif kind == 4:
            made[at:at] = bytes([chance.randrange(256)])
        elif kind == 5:
            lines = bytes(made).split(b"\n")
            chance.shuffle(lines)
            made = bytearray(b"\n".join(lines))
        else:
            made[at:end] = chance.choice(WORDS).encode()
    return bytes(made[:LARGEST])


def keep(target: str, data: bytes, why: str) -> None:
    folder = HERE / "findings" / target
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(data).hexdigest()[:12]
    (folder / name).write_bytes(data)
    (folder / f"{name}.txt").write_text(why, encoding="utf-8")


def at_random(target: str, run, seconds: float, seed: int) -> int:
    """Changes of the corpus; the number of findings, each kind of them once."""
    import resource  # which Windows has not

    resource.setrlimit(resource.RLIMIT_AS, (2 * MEGABYTES << 20,) * 2)
    chance, corpus = random.Random(seed), load(target)
    pool = corpus or [b""]
    current = HERE / "findings" / f"{target}.current"
    current.parent.mkdir(exist_ok=True)
    kinds: dict[str, int] = {}
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        data = changed(chance.choice(pool), corpus, chance)
        current.write_bytes(data)
        faulthandler.dump_traceback_later(
            6 * SECONDS, exit=True
        )  # stuck where no signal is heard: `current` is the input
        count += 1
        try:
            limited(run, data)
        except (Exception, Late) as problem:
            where = traceback.extract_tb(problem.__traceback__)
            own = next((f for f in reversed(where) if "einsight" in f.filename), where[-1])
            kind = (
                f"{type(problem).__name__} {Path(own.filename).name}:{own.lineno}"
                if not isinstance(problem, Late)
                else "Late"
            )
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= 3:
                keep(target, data, "".join(traceback.format_exception(problem))[-4000:])
        else:
            if len(pool) < 2_000 and chance.random() < 0.05:
                pool.append(data)
    faulthandler.cancel_dump_traceback_later()
    current.unlink(missing_ok=True)
    print(f"{target}: {count} inputs, {sum(kinds.values())} findings {kinds or ''}", flush=True)
    return len(kinds)


def by_coverage(target: str, seconds: float) -> None:
    """The same with atheris, which ends at the first finding."""
    import atheris

    with atheris.instrument_imports(include=["einsight"]):
        import targets
    folder = HERE / "findings" / target
    grown = folder / "grown"
    grown.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={int(seconds)}", f"-timeout={3 * SECONDS}", f"-rss_limit_mb={2 * MEGABYTES}", f"-max_len={LARGEST}",
               f"-artifact_prefix={folder}/"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(grown), str(HERE / "corpus" / target)], targets.TARGETS[target])
    atheris.Fuzz()


def main() -> int:
    target, seconds, *seed = sys.argv[1:]
    sys.path.insert(0, str(HERE))
    if not seed:
        try:
            import atheris  # noqa: F401
        except ImportError:
            seed = ["0"]
        else:
            by_coverage(target, float(seconds))
            return 0
    from targets import TARGETS

    return 1 if at_random(target, TARGETS[target], float(seconds), int(seed[0])) else 0


if __name__ == "__main__":
    sys.exit(main())
