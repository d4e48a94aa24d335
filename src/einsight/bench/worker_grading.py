"""One program that says whether answers are equal to references: `python -m einsight.bench.worker_grading NAME`.

einsight     `grade`, with the declarations
math-verify  Math-Verify, with the reference as LaTeX, which it is for
sympy        SymPy's `equals` of the difference of both, read by SymPy's own parsers
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

Answering = Callable[[dict[str, Any]], str]


def _einsight() -> tuple[str, Answering]:
    import einsight

    def verdict(asked: dict[str, Any]) -> str:
        return str(einsight.grade(asked["answer"], asked["reference"], asked["declare"]).verdict)

    return version("einsight"), verdict


def _math_verify() -> tuple[str, Answering]:
    from math_verify import parse, verify

    def verdict(asked: dict[str, Any]) -> str:
        answer = asked["answer"]
        bare = not any(sign in answer for sign in ("$", "\\boxed", "\\[", "\\("))
        gold, found = parse(f"${asked['latex']}$"), parse(f"${answer}$" if bare else answer)
        if not gold or not found:
            return "unread"
        return "equal" if verify(gold, found) else "different"

    return version("math-verify"), verdict


def _sympy() -> tuple[str, Answering]:
    from sympy.parsing import sympy_parser as plain
    from sympy.parsing.latex import parse_latex

    ways = (*plain.standard_transformations, plain.implicit_multiplication_application, plain.convert_xor)

    def read(text: str) -> Any:
        return (
            parse_latex(text.strip("$"), backend="lark")
            if "\\" in text or "$" in text
            else plain.parse_expr(text, transformations=ways)
        )

    def verdict(asked: dict[str, Any]) -> str:
        try:
            left, right = read(asked["latex"]), read(asked["answer"])
            found = (left - right).equals(0)
        except Exception:
            return "unread"
        return "undecided" if found is None else "equal" if found else "different"

    return version("sympy"), verdict


PROGRAMS = {"einsight": _einsight, "math-verify": _math_verify, "sympy": _sympy}


def start(name: str) -> tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]:
    """What the program says of itself, and what answers: a verdict, its seconds, and those that the processor used."""
    number, verdict = PROGRAMS[name]()

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        begin, used = time.perf_counter(), time.process_time()
        found = verdict(asked)
        return {"verdict": found, "seconds": time.perf_counter() - begin, "used": time.process_time() - used}

    return {"version": number}, answer


if __name__ == "__main__":
    from .workers import serve

    serve(lambda: start(sys.argv[1]))
