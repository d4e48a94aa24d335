"""The page of a function: of numbers, taken entry by entry, or of arrays."""

from __future__ import annotations

from contextlib import suppress

from ..deriving.derive import derive
from ..deriving.derived import Derived
from ..lowering.report import EinsightError
from ..notation.tree_latex import formula_latex
from ..rules.rule import ArrayFunction, Function
from .markdown import MARK, Links, code, fence, formula, link, page, plain, table
from .origin import origin, told_and_literature

ARGUMENTS = "zw"


def derivatives(function: Function) -> dict[str, str]:
    """The derivative in each argument that has one, as text of the language; worked out where a definition alone is given."""
    found = {}
    for variable, text in zip(ARGUMENTS, function.derivative, strict=False):
        if not text and function.definition:
            with suppress(EinsightError):
                text = derive(f"{function.name}({variable})", variable, f"{variable} in R").index
        if text:
            found[variable] = text
    return found


def function_page(function: Function, links: Links, rules: list[str]) -> str:
    """Definition, derivatives, names in generated code, and where it comes from; `rules` are those that speak of it."""
    arguments = ARGUMENTS[: function.arity]
    call = f"{function.name}({', '.join(arguments)})"
    claims = [f"∂/∂{variable} {call} = {text}" for variable, text in derivatives(function).items()]
    spelled = [
        (library, code(text.format(*arguments)))
        for library, text in [("NumPy", function.numpy), ("JAX", function.jax), ("PyTorch", function.torch)]
        if text
    ]
    defined = function.definition
    body = f"{function.name}({defined[0]}) = {defined[1]}" if defined else ""
    return page(
        MARK,
        f"# {function.name}",
        _told(function.doc) or f"A function of {'one number' if function.arity == 1 else 'two numbers'}.",
        "It is taken entry by entry of an array.",
        *(["## Definition", formula(formula_latex(body)), fence(body)] if body else []),
        "## Derivatives" if len(claims) > 1 else "## Derivative",
        *(formula(formula_latex(c)) for c in claims),
        fence("\n".join([f"{', '.join(arguments)} in R", *claims]), "ein") if claims else "No rule differentiates it.",
        *(["## In generated code", table(["library", "expression"], spelled)] if spelled else []),
        *_behind(function, links, rules),
    )


def array_page(function: ArrayFunction, links: Links, rules: list[str]) -> str:
    """The formula in components that it stands for, its derivatives, and where it comes from."""
    declared, call = declared_call(function)
    apart = "," if any(len(i) > 1 for i in function.indices) else ""
    claim = f"{call}{f'_{{{apart.join(function.indices)}}}' if function.indices else ''} = {function.body}"
    axes = ["a number", "a vector", "a matrix"]
    takes = ", ".join(
        f"{code(name)} is {axes[rank] if rank < len(axes) else f'an array with {rank} axes'}"
        for name, rank in function.parameters
    )
    size = [f"Every axis has the size {function.size}."] if function.size else []
    return page(
        MARK,
        f"# {function.name}",
        _told(function.doc) or "A function of arrays.",
        "## Definition",
        formula(formula_latex(claim)),
        fence(f"{declared}\n{claim}", "ein") if _reads(claim, declared) else fence(claim),
        " ".join([f"In it, {takes}.", *size]),
        *_array_derivatives(function, declared, call),
        *_behind(function, links, rules),
    )


def declared_call(function: ArrayFunction) -> tuple[str, str]:
    """Declarations for its arguments, all axes of one size, and a call with those."""
    size = str(function.size or "n")
    shapes = ["R", f"R^{size}", *(f"R^({' x '.join([size] * rank)})" for rank in range(2, 9))]
    declared = "; ".join(f"{name} in {shapes[rank]}" for name, rank in function.parameters)
    return declared, f"{function.name}({', '.join(name for name, _ in function.parameters)})"


def _reads(claim: str, declared: str) -> bool:
    from ..sheets.check import check

    found = check(f"{declared}\n{claim}")
    return bool(found.claims) and all(c.verdict == "right" for c in found.claims)


def _array_derivatives(function: ArrayFunction, declared: str, call: str) -> list[str]:
    """In each of its arguments, where there is one that can be written down."""
    found: list[tuple[str, Derived]] = []
    for name, _ in function.parameters:
        try:
            found.append((name, derive(call, name, declared)))
        except EinsightError:
            continue
    rows = [
        (code(name), code(d.index), code(d.matrix) if d.matrix is not None else "", ", ".join(d.free))
        for name, d in found
    ]
    if not rows:
        return []
    return ["## Derivatives", "In numerator layout:", table(["in", "index form", "matrix form", "free"], rows)]


def _told(doc: str) -> str:
    return plain(told_and_literature(doc)[0])


def _behind(function: Function | ArrayFunction, links: Links, rules: list[str]) -> list[str]:
    literature = told_and_literature(function.doc)[1]
    about = [f"From {origin(function.source)}." + (f" Found in {plain(literature)}" if literature else "")]
    if rules:
        about.append(f"Rules that speak of it: {', '.join(link(r, links) for r in rules)}.")
    if links(""):
        about.append(f"All functions are in [the catalogue]({links('')}).")
    return ["## Where it comes from", "\n".join(f"* {a}" for a in about)]
