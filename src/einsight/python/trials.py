"""Tests beside what is written: the library's own where it has one, else difference quotients."""

from __future__ import annotations

from collections.abc import Sequence

from ..terms.dimension import Dim
from .forwards import Forward
from .writing import library_of

# how long axes are, all different
LENGTHS = (3, 4, 2, 5, 6, 7, 8)
STEP = "1e-6"


def trial_of(kind: str, forward: Forward, name: str, variables: Sequence[str]) -> str:
    """A test of a `gradient`, a `product`, an `hvp`, `custom_vjp` or `backward` of that name, as text."""
    lines = {"torch": _of_torch, "jax": _of_jax, "numpy": _of_numpy}[library_of(forward.module)](
        kind, forward, name, variables
    )
    return "\n".join([f"def test_{name}():", *(f"    {line}".rstrip() for line in lines)])


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)}{',' * (len(parts) == 1)})"


def _alias(forward: Forward, path: str) -> str:
    """What the file calls a module; its path where it does not import it."""
    return next((n for n, p in forward.module.imports.items() if p == path), path)


def _shapes(forward: Forward) -> dict[str, tuple[int, ...]]:
    """The shapes of the arguments, each size another."""
    lengths: dict[Dim, int] = {}
    rest = iter((*LENGTHS, *range(9, 60)))
    found = {}
    for name in forward.arguments:
        if name not in forward.paths.parameters:
            continue
        tensor, _ = forward.paths.parameters[name]
        for dim in tensor.dims:
            if dim not in lengths:
                lengths[dim] = dim.value if isinstance(dim.value, int) else next(rest)
        found[name] = tuple(lengths[d] for d in tensor.dims)
    return found


def _of_numpy(kind: str, forward: Forward, name: str, variables: Sequence[str]) -> list[str]:
    np = _alias(forward, "numpy")
    shapes = _shapes(forward)
    lines = [f"rng = {np}.random.default_rng(0)"]
    lines += [
        f"{n} = rng.uniform(0.5, 1.5, size={s})" if s else f"{n} = rng.uniform(0.5, 1.5)" for n, s in shapes.items()
    ]
    function = forward.function.name
    given = [n for n in forward.arguments if n in shapes]
    call = ", ".join(given)
    if kind == "hvp":
        (x,) = variables
        moved = [", ".join(f"{n} {sign} 1e-4 * v" if n == x else n for n in given) for sign in "+-"]
        lines.append(f"v = rng.normal(size={np}.shape({x}))")
        lines.append(f"second = ({function}({moved[0]}) - 2 * {function}({call}) + {function}({moved[1]})) / 1e-8")
        lines.append(f"{np}.testing.assert_allclose({np}.sum(v * {name}({call}, v)), second, rtol=1e-3, atol=1e-5)")
        return lines
    if kind == "product":
        lines.append(f"g = rng.normal(size={np}.shape({function}({call})))")
        lines.append(f"found = {name}({call}, g)")
    else:
        lines.append(f"found = {name}({call})")
    pairs = len(variables) > 1
    one, blank = ("one", "    ") if pairs else ("found", "")
    weight = " * g" if kind == "product" else ""
    lines += [f"for place, one in zip({[given.index(v) for v in variables]}, found):"] if pairs else []
    lines += [
        f"{blank}ahead, behind = [{call}], [{call}]",
        f"{blank}place = {given.index(variables[0])}" if not pairs else "",
        f"{blank}v = rng.normal(size={np}.shape(ahead[place]))",
        f"{blank}ahead[place], behind[place] = ahead[place] + {STEP} * v, behind[place] - {STEP} * v",
        f"{blank}slope = {np}.sum(({function}(*ahead) - {function}(*behind)){weight}) / (2 * {STEP})",
        f"{blank}{np}.testing.assert_allclose({np}.sum({one} * v), slope, rtol=1e-4, atol=1e-6)",
    ]
    return [line for line in lines if line]


def _of_jax(kind: str, forward: Forward, name: str, variables: Sequence[str]) -> list[str]:
    shapes = _shapes(forward)
    lines = [] if "jax" in forward.module.imports or kind == "custom_vjp" else ["import jax"]
    jax = _alias(forward, "jax")
    lines.append(f"keys = iter({jax}.random.split({jax}.random.key(0), {len(shapes) + 1}))")
    lines += [f"{n} = {jax}.random.uniform(next(keys), {s}, minval=0.5, maxval=1.5)" for n, s in shapes.items()]
    given = [n for n in forward.arguments if n in shapes]
    call, function = ", ".join(given), forward.function.name
    close = f"{jax}.numpy.allclose"
    places = [given.index(v) for v in variables]
    if kind == "custom_vjp":
        return [
            "from jax.test_util import check_grads",
            "",
            *lines,
            f'check_grads({name}, ({call},), order=1, modes=["rev"], rtol=1e-2)',
        ]
    if kind == "hvp":
        (x,) = variables
        other = ", ".join("u" if n == x else n for n in given)
        lines.append(f"v = {jax}.random.normal(next(keys), {shapes[x]})")
        lines.append(f"_, wanted = {jax}.jvp({jax}.grad(lambda u: {function}({other})), ({x},), (v,))")
        lines.append(f"assert {close}({name}({call}, v), wanted, rtol=1e-3, atol=1e-4)")
        return lines
    if kind == "product":
        lines.append(f"out, back = {jax}.vjp({function}, {call})")
        lines.append(f"g = {jax}.random.normal(next(keys), out.shape)")
        lines.append(f"found, every = {name}({call}, g), back(g)")
        pair = "(found,)" if len(places) == 1 else "found"
        lines.append(f"for one, wanted in zip({pair}, {_tuple([f'every[{k}]' for k in places])}):")
        lines.append(f"    assert {close}(one, wanted, rtol=1e-3, atol=1e-4)")
        return lines
    lines.append(f"wanted = {jax}.grad({function}, argnums={places[0]})({call})")
    lines.append(f"assert {close}({name}({call}), wanted, rtol=1e-3, atol=1e-4)")
    return lines


def _of_torch(kind: str, forward: Forward, name: str, variables: Sequence[str]) -> list[str]:
    torch, shapes = _alias(forward, "torch"), _shapes(forward)
    lines = [f"{torch}.manual_seed(0)"]
    for n, s in shapes.items():
        if n in forward.numbers:
            lines.append(f"{n} = 0.7")
            continue
        lines.append(f"{n} = ({torch}.rand({s}, dtype={torch}.float64) + 0.5).requires_grad_()")
    given = [n for n in forward.arguments if n in shapes]
    call, function = ", ".join(given), forward.function.name
    if kind == "backward":
        return [*lines, f"assert {torch}.autograd.gradcheck({name}.apply, {_tuple(given)})"]
    if kind == "hvp":
        lines.append(f"v = {torch}.randn({shapes[variables[0]]}, dtype={torch}.float64)")
        lines.append(f"(first,) = {torch}.autograd.grad({function}({call}), {_tuple(variables)}, create_graph=True)")
        lines.append(f"(wanted,) = {torch}.autograd.grad((first * v).sum(), {_tuple(variables)})")
        lines.append(f"{torch}.testing.assert_close({name}({call}, v), wanted)")
        return lines
    if kind == "product":
        lines.append(f"out = {function}({call})")
        lines.append(f"g = {torch}.randn_like(out)")
        lines.append(f"found = {name}({call}, g)")
        lines.append(f"wanted = {torch}.autograd.grad(out, {_tuple(variables)}, g)")
        pair = "(found,)" if len(variables) == 1 else "found"
        lines.append(f"for one, other in zip({pair}, wanted):")
        lines.append(f"    {torch}.testing.assert_close(one, other)")
        return lines
    lines.append(f"(wanted,) = {torch}.autograd.grad({function}({call}), {_tuple(variables)})")
    lines.append(f"{torch}.testing.assert_close({name}({call}), wanted)")
    return lines
