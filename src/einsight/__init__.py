"""einsight: derive and check Jacobians and gradients, in index and matrix notation, with the transposes right.

    derive(expression, wrt, declare)      a derivative with shape, layout, matrix form and steps
    gradients(expression, wrt, declare)   one in each of several variables
    simplify(expression, declare)         the same without a derivative
    rewrite(expression, rules)            named rules applied, step by step
    check(text, language)                 every claim of a document judged
    grade(answer, reference, declare)     is an answer equal to a reference, or to what a question derives?
    grade_many(answers)                   the same of many, in several processes

What goes wrong in a plugin is told by a `PluginWarning`, once; `api` is what plugins import, `testing` what tests them.
Nothing heavy is imported until it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from . import forking as _forking  # noqa: F401 - from now on forks wait for imports
from .warned import PluginWarning

if TYPE_CHECKING:
    from .deriving.derive import derive, gradients, rewrite, simplify
    from .grading.batch import grade_many
    from .grading.grade import grade
    from .lowering.report import EinsightError
    from .sheets.check import check

__version__ = "0.1.0"
__all__ = [
    "EinsightError",
    "PluginWarning",
    "__version__",
    "check",
    "derive",
    "grade",
    "grade_many",
    "gradients",
    "rewrite",
    "simplify",
]

_HOMES = {
    "derive": ".deriving.derive",
    "gradients": ".deriving.derive",
    "simplify": ".deriving.derive",
    "rewrite": ".deriving.derive",
    "check": ".sheets.check",
    "grade": ".grading.grade",
    "grade_many": ".grading.batch",
    "EinsightError": ".lowering.report",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'einsight' has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(_HOMES[name], __name__), name)
    if not isinstance(found, type):
        found = globals()[name] = _telling(found)
    return found


def __dir__() -> list[str]:
    """What there is for a user, before it is imported; what is public beside the functions is a module of its own."""
    return sorted({*__all__, "api", "testing", *(name for name in globals() if name.startswith("__"))})


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext einsight` calls: from then on a session of IPython knows `%einsight` and `%%einsight`."""
    from .cli.ipython import register

    register(shell)


def _telling(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which tells what went wrong in plugins meanwhile."""
    from .plugins.telling import tell

    @wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        import warnings

        try:
            return function(*given, **named)
        finally:
            tell(lambda message: warnings.warn(message, PluginWarning, stacklevel=4))

    call.__module__ = __name__  # where it is found, so that it can be sent to another process
    return call
