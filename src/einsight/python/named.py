"""Which function a name says that something is the derivative of, and in which argument: by words, and by what stands around them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

Function = ast.FunctionDef

# names of what is a derivative, of something that they do not name
_GENERIC = re.compile(
    r"(?:\w+_)?(?:d?grads?|gradients?|jac|jacobian|derivs?|derivatives?|der|score)|d|g|[dg](?:w|W|x|X|theta|beta|params?)"
)


def generic(name: str) -> bool:
    """Is something of that name a derivative?"""
    return (
        _GENERIC.fullmatch(name) is not None
        or name.startswith(("grad_", "d_", "dL"))
        or re.match(r"grad[A-Z]", name) is not None
    )


# what stands before and behind a function's name in what its derivative is called, with a parameter's for `V`
_CALLED = tuple(
    (re.compile(before), re.compile(behind))
    for before, behind in (
        (r"(?:grads?|gradients?|deriv|derivative|jac|jacobian|d|D|dd|hess|hessian|backward|bwd|vjp)_?", r""),
        (r"", r"_?(?:grads?|gradients?|deriv|derivatives?|der|prime|jac|jacobian|backward|bwd|vjp|hess|hessian)"),
        (r"d_?", r"_d_?(?P<V>\w+)"),
        (r"d_?", r"_?d?(?P<V>\w+)"),
        (r"(?:grads?|gradients?)_", r"_(?:wrt_)?(?P<V>\w+)"),
        (r"", r"_(?:grad|gradient|jac|jacobian)_(?:wrt_)?(?P<V>\w+)"),
        (r"(?:grad|gradient)_(?P<V>\w+)_", r""),
    )
)
# names that belong together wherever they stand beside one another
VALUES = ("loss", "cost", "objective", "loglike", "loglik", "log_likelihood", "loglikelihood", "log_prob", "logpdf", "logp", "nll", "nloglike",
           "energy", "potential", "fn", "func", "f", "forward", "fun", "value", "__call__", "activation", "evaluate", "cost_function",
          "negloglik", "neg_loglik", "neg_log_lik", "negloglike", "neg_log_likelihood", "negative_log_likelihood", "negll", "neg_ll", "logpost",
          "log_post", "log_posterior", "neg_log_posterior", "elbo", "obj", "mse", "risk", "likelihood", "penalty", "kl", "kl_divergence",
          "cross_entropy", "free_energy")  # fmt: skip
GRADIENTS = (
    "gradient",
    "grad",
    "score",
    "jac",
    "jacobian",
    "backward",
    "derivative",
    "deriv",
    "df",
    "fprime",
    "prime",
)
HESSIANS = ("hessian", "hess")


def named_after(name: str, functions: Mapping[str, Function]) -> tuple[str, str] | None:
    """The function that a name says it is the derivative of, and in which variable."""
    best: tuple[str, str] | None = None
    for other in functions:
        if other == name or len(other) >= len(name):
            continue
        bases = {other, other.removesuffix("_forward"), other.removesuffix("_fwd")} - {""}
        for base in bases:
            if base not in name:
                continue
            for variable in _around(base, name):
                if best is not None and len(other) <= len(best[0]):
                    continue
                if not variable or variable in {a.arg for a in functions[other].args.args}:
                    best = other, variable
    return best


def _around(base: str, name: str) -> Iterator[str]:
    """The parameters that the name of a derivative of `base` names; empty for each way in which it names none."""
    ends = [name.split(base, k) for k in range(1, name.count(base) + 1)]
    halves = [(base.join(parts[:-1]), parts[-1]) for parts in ends]
    for before, behind in _CALLED:
        for first, last in halves:
            start, end = before.fullmatch(first), behind.fullmatch(last)
            if start is not None and end is not None:
                yield start.groupdict().get("V") or end.groupdict().get("V") or ""


def in_variable(name: str, parameters: list[str]) -> str:
    """The argument that a name alone says something is the derivative in: `grad_W`, `dW`, `d_dW`; empty where it says none."""
    for parameter in parameters:
        if re.fullmatch(
            rf"(?:grad|gradient|deriv|score|d|d_d)_?(?:wrt_)?{re.escape(parameter)}|{re.escape(parameter)}_grad", name
        ):
            return parameter
    return ""


def of_stem(name: str, functions: Mapping[str, Function]) -> tuple[str, str] | None:
    """`ridge_gradient` of `ridge_loss`: the same words around one for a value and one for a derivative."""
    words = name.split("_")
    found = []
    for k, word in enumerate(words):
        if _singular(word) in (*GRADIENTS, *HESSIANS):
            found += [o for v in VALUES if (o := "_".join([*words[:k], v, *words[k + 1 :]])) in functions]
    if len(words) > 1 and len(set(found)) == 1:
        return found[0], ""
    return _of_stem_in_variable(words, functions) or _beside(name, functions)


def _of_stem_in_variable(words: list[str], functions: Mapping[str, Function]) -> tuple[str, str] | None:
    """`elo_grad_a` of `elo_loss`, in `a` or in what ends so."""
    if len(words) < 3 or _singular(words[-2]) not in GRADIENTS:
        return None
    found = [o for v in VALUES if (o := "_".join([*words[:-2], v])) in functions]
    if len(set(found)) != 1:
        return None
    every = parameters_of(functions[found[0]], None)
    ends = [p for p in every if p == words[-1]] or [p for p in every if p.endswith(words[-1])]
    return (found[0], ends[0]) if len(ends) == 1 else None


# the derivative of one letter in another: `dVdr`, `dE_dx`
_QUOTIENT = re.compile(r"(?<![A-Za-z])d[A-Za-z]_?d(?P<V>\w+)$")


def _beside(name: str, functions: Mapping[str, Function]) -> tuple[str, str] | None:
    """`krr_grad` of `krr_objective`: the only other function that begins so, with the same arguments."""
    own = parameters_of(functions[name], None)
    ends = [name.removesuffix(g) for g in (*GRADIENTS, *HESSIANS) if name.endswith(g)]
    start = min(ends, key=len, default="")
    quotient = _QUOTIENT.search(name)
    if quotient is not None and quotient["V"] in own:  # `pair_dVdr` of `pair_potential`
        start = name[: quotient.start()]
        same = [n for n in functions if n != name and n.startswith(start) and parameters_of(functions[n], None) == own]
        same = [n for n in same if not _QUOTIENT.search(n) and not n.endswith((*GRADIENTS, *HESSIANS))]
        return (same[0], quotient["V"]) if len(same) == 1 else None
    if len(start.strip("_")) < 2 or len(own) < 2:
        return None
    is_alike = lambda n: n.startswith(start) and parameters_of(functions[n], None) == own  # noqa: E731
    others = [n for n in functions if n != name and is_alike(n) and not n.endswith((*GRADIENTS, *HESSIANS))]
    return (others[0], "") if len(others) == 1 else None


# what is done, before what is found
_VERB = re.compile(r"^_?(?:compute|get|calc|calculate|eval|evaluate|analytic|analytical|exact|manual)_")


def _singular(word: str) -> str:
    """`grad` of `grads`."""
    return word if word in (*GRADIENTS, *HESSIANS) else word.removesuffix("s")


def order_of(name: str) -> int | None:
    """Is it a name for a derivative that says nothing of what?"""
    name = _singular(_VERB.sub("", name))
    return 1 if name in GRADIENTS else 2 if name in HESSIANS else None


# names that the gradient of a later value has as an argument
COTANGENTS = frozenset(
    "g grad grad_output grad_outputs grad_out gout dout dy dz dl upstream delta cotangent ct ybar y_bar out_grad output_grad "
    "d_out gradient upstream_grad dout_ dL_dout dL_dy dLdy gy dh accum_grad error err".split()
)


def is_cotangent(name: str, parameters: Sequence[str]) -> bool:
    """Does a name say the derivative of something later?"""
    return (
        name.lower() in COTANGENTS
        or (name.startswith(("grad", "d")) and name not in parameters)
        or name.endswith("grad")
    )


def differentiated(name: str, parameters: Sequence[str]) -> str:
    """The parameter that a name says something is the derivative in: `dW`, `grad_W`, `W_grad`, `dL_dW`."""
    for parameter in sorted(parameters, key=len, reverse=True):
        shapes = (f"d{parameter}", f"d_{parameter}", f"grad_{parameter}", f"{parameter}_grad", f"g{parameter}", f"grad{parameter}", f"g_{parameter}",
                  f"{parameter}_bar", f"dL_d{parameter}", f"dL{parameter}", f"dLd{parameter}", f"db_{parameter}")  # fmt: skip
        if name in shapes or re.fullmatch(rf"d\w*_d_?{re.escape(parameter)}", name):
            return parameter
    return _in_words(name, parameters)


def _in_words(name: str, parameters: Sequence[str]) -> str:
    """The parameter of which a name has some of the words, `gradCenterVec` in `centerWordVec`, or the first letters, `dls` in `log_sigma`."""
    words = _words(name)
    if len(words) > 1 and words[0] in ("grad", "gradient", "d"):
        found = [p for p in parameters if set(words[1:]) <= set(_words(p)) and len(_words(p)) > 1]
        return found[0] if len(found) == 1 else ""
    short = [p for p in parameters if len(_words(p)) > 1 and name == "d" + "".join(w[0] for w in _words(p))]
    return short[0] if len(short) == 1 else ""


def _words(name: str) -> list[str]:
    """`centerWordVec`, `log_sigma`: the words in them."""
    bare = name.removeprefix("self.")
    return [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", bare)]


_KEPT = re.compile(
    r"\w*cache\w*|saved\w*|residuals?|res|ctx|context|tape|mem|memory|stash|intermediates?|activations|kept|store\w*|aux"
)


def keeps(name: str) -> bool:
    """Does a name say what a function keeps for the way back?"""
    return _KEPT.fullmatch(name) is not None


def parameters_of(function: Function, owner: ast.ClassDef | None) -> list[str]:
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    is_method = owner is not None and not any(
        isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod") for d in function.decorator_list
    )
    return names[1:] if is_method else names
