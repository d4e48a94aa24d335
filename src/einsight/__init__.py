"""einsight: derive and check Jacobians and gradients, in index and matrix notation, with the transposes right.

    derive(expression, wrt, declare)   a derivative with shape, layout, matrix form and steps
    simplify(expression, declare)      the same without a derivative
    rewrite(expression, rules)         named rules applied, step by step
    check(text, language)              every claim of a document judged

Nothing heavy is imported until it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .lowering.report import EinsightError
    from .services.check import check
    from .services.derive import derive, rewrite, simplify

__version__ = "0.1.0"
__all__ = ["EinsightError", "__version__", "check", "derive", "rewrite", "simplify"]

_HOMES = {
    "derive": ".services.derive",
    "simplify": ".services.derive",
    "rewrite": ".services.derive",
    "check": ".services.check",
    "EinsightError": ".lowering.report",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'einsight' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name], __name__), name)
