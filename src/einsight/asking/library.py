"""What libraries have ready that the language writes out: losses, cross products, variances that are divided by n - 1."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from .crosses import components
from .crosses import written as crossed
from .nodes import number_of
from .pieces import ATOM, CHAIN, LAYER, POSTFIX, SUM, Unwritten, Written, plus, times, transposed

# keywords that are understood wherever they stand; `dtype` says nothing of a value
KEYWORDS = frozenset({"axis", "dim", "axes", "ord", "p", "keepdims", "keepdim", "dtype"})
_ONE = Written("1", ATOM, 0)
_LOSSES: dict[str, Callable[[Written, Written], Written]] = {}


def counts_one_less(name: str, keywords: Mapping[str, ast.expr], is_torch: bool) -> bool | None:
    """Does a variance divide by n - 1?  PyTorch's do, and NumPy's `cov`, unless something is said; None where that is not understood."""
    said = next((k for k in ("ddof", "correction", "unbiased", "bias") if k in keywords), None)
    if said is None:
        return is_torch or name == "cov"
    value = keywords[said]
    if said in ("ddof", "correction"):
        return {0: False, 1: True}.get(number_of(value))  # type: ignore[arg-type]
    if not isinstance(value, ast.Constant) or not isinstance(value.value, bool):
        return None
    return value.value == (said == "unbiased")


def of_library(
    name: str,
    values: list[Written],
    keywords: Mapping[str, ast.expr],
    product: Callable[[Written, Written], Written],
) -> Written | None:
    """A call as text of the language, where a library has a function that the language has not; `product` is that of `@`."""
    first, last, rest = values[0], values[-1], keywords.keys() - {"axis", "dim"}
    both = len(values) == 2
    if name == "cross" and both and not rest and first.rank == last.rank == 1:
        left, right = (components(_as_name(v), lambda _: True) for v in values)
        return Written(crossed(left, right), ATOM, 1)
    if name == "linear" and len(values) in (2, 3) and not keywords:
        made = product(first, transposed(values[1]))
        return plus(made, "+", last) if len(values) == 3 else made
    if name == "normalize" and len(values) == 1 and first.rank == 1 and not rest:
        return Written(f"{first.at(CHAIN)}/norm({first.text})", CHAIN, 1)
    if name == "cosine_similarity" and both and first.rank == last.rank == 1 and not rest:
        return Written(f"{product(first, last).at(CHAIN)}/(norm({first.text}) norm({last.text}))", CHAIN, 0)
    if name == "average" and keywords.keys() == {"weights"} and first.rank == 1 and both:
        weights = values.pop()
        return Written(f"sum({times(weights, first).text})/sum({weights.text})", CHAIN, 0)
    if name in ("cross_entropy", "softmax_cross_entropy") and both:
        return _cross_entropy(name, first, last, keywords)
    if name in _LOSSES and both and keywords.keys() <= {"reduction"}:
        made = _LOSSES[name](first, last)
        kind = keywords.get("reduction", ast.Constant("mean"))
        how = kind.value if isinstance(kind, ast.Constant) else None
        if how in ("mean", "sum"):
            return Written(f"{how}({made.text})", ATOM, 0)
        return made if how == "none" else None
    return None


def _cross_entropy(name: str, logits: Written, target: Written, keywords: Mapping[str, ast.expr]) -> Written:
    """That of logits and of probabilities of the same shape.  Raises Unwritten for numbers of classes."""
    if (
        keywords
        or name != "cross_entropy"
        or logits.rank != target.rank
        or logits.rank not in (1, 2)
        or logits.kept >= 0
    ):
        raise Unwritten(
            f"`{name}` is read of logits and probabilities of one shape: write `-(P * F.log_softmax(Z, dim=1)).sum(1).mean()`"
        )
    axis = ", axis=1" if logits.rank == 2 else ""
    logs = replace(logits, text=f"log_softmax({logits.text}{axis})", holds=ATOM)
    summed = f"sum({times(target, logs).text}{axis})"
    return Written(f"-mean({summed})" if axis else f"-{summed}", SUM, 0)


def varied(name: str, value: Written, length: str | None, refuse: Callable[[str], Unwritten]) -> Written:
    """A variance, a deviation or a covariance, which is divided by n, as divided by n - 1."""
    if length is None:
        raise refuse(
            f"`{name}` divides by one less than there are entries here: say how many, as in `ddof=0`, or declare them"
        )
    factor = f"{length}/({length} - 1)"
    factor = f"sqrt({factor})" if name == "std" else factor
    return replace(value, text=f"{factor} {value.at(POSTFIX)}", holds=CHAIN)


def _as_name(value: Written) -> str:
    return value.text if value.text.isidentifier() else f"({value.text})"


def _squares(left: Written, right: Written) -> Written:
    made = plus(left, "-", right)
    return Written(f"({made.text}){'.' * bool(made.rank)}^2", CHAIN, made.rank)


def _distances(left: Written, right: Written) -> Written:
    made = plus(left, "-", right)
    return Written(f"abs({made.text})", ATOM, made.rank)


def _of_logits(left: Written, right: Written) -> Written:
    return plus(replace(left, text=f"softplus({left.text})", holds=ATOM), "-", times(right, left))


def _of_probabilities(left: Written, right: Written) -> Written:
    logs = [replace(left, text=t, holds=ATOM) for t in (f"log({left.text})", f"log(1 - {left.at(LAYER)})")]
    made = plus(times(right, logs[0]), "+", times(plus(_ONE, "-", right), logs[1]))
    return replace(made, text=f"-({made.text})", holds=SUM)


_LOSSES |= {
    "mse_loss": _squares,
    "mean_squared_error": _squares,
    "l1_loss": _distances,
    "binary_cross_entropy_with_logits": _of_logits,
    "binary_cross_entropy": _of_probabilities,
}
