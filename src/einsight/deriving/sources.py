"""Source code of what is to be computed, by the target that writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from ..lowering.report import EinsightError, fail
from ..rules.catalogue import catalogue
from ..targets.arguments import Request

CODE = ("numpy", "jax", "torch", "dask", "sympy")  # a module of `targets` each


def source_of(target: str, request: Request) -> str:
    """What one of the modules of `targets` writes.  Raises EinsightError (EIN002) for what has no source."""
    if target == "sympy" and request.structured:
        raise fail("EIN002", "the target `sympy` has no structured form: choose numpy, jax, torch or dask")
    source: Callable[[Request], str] = import_module(f"einsight.targets.{target}").source
    return source(request)


def checked(sizes: Mapping[str, int] | None) -> dict[str, int]:
    """Expected sizes as they were given.  Raises EinsightError (EIN002) where one is none."""
    sizes = dict(sizes or {})
    for name, size in sizes.items():
        if not isinstance(size, int) or size < 1:
            raise fail("EIN002", f"the size of `{name}` is a whole number from 1, not {size!r}")
    return sizes


def brought(name: str, answer: object, texts: Sequence[str]) -> str:
    """What the target of a plugin makes of an answer, beside the `texts` that it has itself.

    Raises EinsightError where there is no such target (EIN002), or where it has failed (EIN501).
    """
    target = catalogue().targets.get(name)
    if target is None:
        *others, last = *CODE, *catalogue().targets, *texts
        raise fail("EIN002", f"there is no target `{name}`: choose {', '.join(others)} or {last}")
    try:
        return target.write(answer)
    except EinsightError:
        raise
    except Exception as failed:
        raise fail("EIN501", f"target `{target.name}` gives nothing: {failed}") from None
