"""einsight, asked for derivations and checks: their times, what they gave, and the share of each stage."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any

from .workers import serve, timed

# the functions in which a stage does its work; what one calls of another is not counted twice
STAGES = {
    "einsight.syntax.parse.parse_statement": "parsing",
    "einsight.deriving.questions.declared": "lowering",
    "einsight.deriving.questions.lower_expression": "lowering",
    "einsight.deriving.questions.read_variable": "lowering",
    "einsight.rules.engine.normal_form": "rewriting",
    "einsight.deriving.reducing.shortest": "rewriting",
    "einsight.notation.matrix_form.matrix_form": "matrix form",
    "einsight.deriving.readback._verified": "reading back",
    "einsight.notation.index_form.index_form": "printing",
    "einsight.notation.index_latex.latex_form": "printing",
    "einsight.notation.tree_latex.formula_latex": "printing",
}
# in these, whatever else is called counts as theirs
WHOLE = ("reading back", "printing")


def _start() -> tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]:
    import einsight

    einsight.derive("y' A x", "x", "A in R^(n x m); x in R^m; y in R^n")
    tasks = {"derive": _derive, "check": _check, "shares": _shares}
    return {"version": einsight.__version__}, lambda question: tasks[question["task"]](question)


def _derive(question: dict[str, Any]) -> dict[str, Any]:
    """Rounds of a derivation, each text with `@` replaced: calls, and with the matrix form; then the last one again, whole."""
    import einsight

    given = {k: question[k] for k in ("expression", "wrt", "declare")}

    def derive(number: int) -> tuple[Any, float]:
        derived = einsight.derive(**_marked(given, f"{question['mark']}{number}"))
        called = time.perf_counter()
        _ = derived.matrix  # worked out, and read back, when it is asked for
        return derived, time.perf_counter() - called

    form: list[float] = []

    def work(number: int) -> Any:
        derived, seconds = derive(number)
        form.append(seconds)
        return derived

    whole, derived = timed(work, question["rounds"], question["limit"])
    calls = [w - f for w, f in zip(whole, form, strict=True)]
    last = len(whole) - 1
    again, _ = timed(lambda _: derive(last), 3, question["limit"])
    length = len(derived.index) + len(derived.matrix or "")
    found = {
        "seconds": calls,
        "whole": whole,
        "again": again,
        "length": length,
        "text": derived.matrix or derived.index,
    }
    if "point" in question:
        point = {f"{name}{question['mark']}{last}": value for name, value in question["point"].items()}
        found["answer"] = derived.evaluate(point).tolist()
    return found


def _check(question: dict[str, Any]) -> dict[str, Any]:
    """Checks of documents, no two alike."""
    import einsight

    texts = iter(question["texts"])
    seconds, report = timed(lambda _: einsight.check(next(texts)), len(question["texts"]), question["limit"])
    return {"seconds": seconds, "length": len(report.claims)}


def _marked(given: dict[str, Any], mark: str) -> dict[str, Any]:
    return {
        k: [v.replace("@", mark) for v in value] if isinstance(value, list) else value.replace("@", mark)
        for k, value in given.items()
    }


def _shares(question: dict[str, Any]) -> dict[str, Any]:
    """Seconds of each stage in some rounds of a derivation; the timers, a few µs a call, count too."""
    import einsight

    spent: dict[str, float] = defaultdict(float)
    undo = _instrumented(spent)
    try:
        given = {k: question[k] for k in ("expression", "wrt", "declare")}
        seconds, _ = timed(
            lambda k: einsight.derive(**_marked(given, f"{question['mark']}s{k}")).matrix,
            question["rounds"],
            question["limit"],
        )
    finally:
        for put_back in undo:
            put_back()
    spent["the rest"] = sum(seconds) - sum(spent.values())
    return {"rounds": len(seconds), "stages": dict(spent)}


def _instrumented(spent: dict[str, float]) -> list[Callable[[], None]]:
    """Puts timers around the functions of the stages, wherever a module holds them; what takes them away again."""
    stack: list[str] = []
    last = [0.0]
    undo: list[Callable[[], None]] = []

    def switch() -> None:
        now = time.perf_counter()
        if stack:
            spent[stack[-1]] += now - last[0]
        last[0] = now

    def around(function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            inside = bool(stack) and stack[-1] in WHOLE and stage != "matrix form"
            switch()
            stack.append(stack[-1] if inside else stage)
            try:
                return function(*given, **named)
            finally:
                switch()
                stack.pop()

        return call

    modules = [m for name, m in sys.modules.items() if name.startswith("einsight.")]
    for path, stage in STAGES.items():
        home, _, name = path.rpartition(".")
        original = getattr(sys.modules[home], name)
        timer = around(original, stage)
        for module in modules:
            for key, value in list(vars(module).items()):
                if value is original:
                    setattr(module, key, timer)
                    undo.append(lambda module=module, key=key, original=original: setattr(module, key, original))  # type: ignore[misc]
    return undo


if __name__ == "__main__":
    serve(_start)
