"""What holds of every claim of the pages, one module a page: two sides a check, computed with NumPy alone.

The left side is a derivative by central differences or a plain sum; the right side is written as the page writes it.
Sizes of axes have the names of `points.py`; a module says which of them stand for the names of the page. `CHECKS` has
the functions by name; the name of each begins with the name of its module.
"""

from importlib import import_module
from pkgutil import iter_modules

from ..points import Check

CHECKS: dict[str, Check] = {
    name: function
    for module in iter_modules(__path__)
    for name, function in vars(import_module(f".{module.name}", __name__)).items()
    if name.startswith(module.name + "_")
}
