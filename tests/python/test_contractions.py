"""Calls of `einsum` and einops: what is said of a string, against the libraries themselves."""

import ast

import einops
import jax
import jax.numpy as jnp
import numpy as np
import opt_einsum
import pytest
from thinning import part_in, rest_in_campaigns

from einsight.bench.differences import difference_quotients
from einsight.python.contractions import contraction, regrouping
from einsight.python.subscripts import ELLIPSIS, Malformed

jax.config.update("jax_enable_x64", True)

MODULES = {"np": np, "jnp": jnp, "oe": opt_einsum, "einops": einops, "numpy": np}
PATHS = {
    "np.einsum": "numpy.einsum",
    "jnp.einsum": "jax.numpy.einsum",
    "oe.contract": "opt_einsum.contract",
    "einops.einsum": "einops.einsum",
}
SIZES = dict(zip("abcijklmnqst", (2, 3, 4, 4, 5, 3, 2, 6, 4, 5, 2, 3), strict=True))


def read(code):
    node = ast.parse(code, mode="eval").body
    function = ast.unparse(node.func)
    texts = [ast.unparse(a) for a in node.args]
    if function.split(".")[-1] in ("rearrange", "reduce", "repeat"):
        return regrouping(node, f"einops.{function.split('.')[-1]}", texts, function)
    return contraction(node, PATHS[function], texts, function)


def arrays_for(call, seed=0):
    rng = np.random.default_rng(seed)
    sizes = lambda letters: [d for x in letters for d in ((2, 3) if x == ELLIPSIS else (SIZES[x[0]],))]  # noqa: E731
    return {t: rng.normal(size=sizes(x)) for t, x in zip(call.texts, call.subscripts.operands, strict=True)}


def run(code, values):
    return np.asarray(eval(code, {**MODULES, **values}))


CALLS = [
    "np.einsum('ij,jk->ik', A, B)",
    "np.einsum('ij,jk', A, B)",
    "np.einsum('ba', A)",
    "np.einsum('ij->i', A)",
    "np.einsum('ij->', A)",
    "np.einsum('ii->', A)",
    "np.einsum('ii->i', A)",
    "np.einsum('iij,j->i', A, B)",
    "np.einsum('i,j->ij', A, B)",
    "np.einsum('...ij,jk->...ik', A, B)",
    "np.einsum(' i j , j k -> k i ', A, B)",
    "np.einsum(A, [0, 1], B, [1, 2], [0, 2])",
    "np.einsum(A, [1, 0], B, [1])",
    "jnp.einsum('ij,jk->ik', A, B)",
    "jnp.einsum('ij,ij->j', A, B)",
    "jnp.einsum('ijk,i,j,k->', T, u, v, w)",
    "oe.contract('ij,jk,kl->il', A, B, C)",
    "einops.einsum(x, w, 'a i, i m -> a m')",
    "einops.einsum(x, w, '... inner, m inner -> ... m')",
]


@pytest.mark.parametrize("code", rest_in_campaigns(CALLS, lambda code: part_in(code, 2) == 0 or "einops" in code, str))
def test_derivatives_are_calls(code):
    call = read(code)
    values = arrays_for(call)
    cotangent = np.random.default_rng(1).normal(size=run(code, values).shape)
    told = 0
    for place, text in enumerate(call.texts):
        exact = difference_quotients(lambda x, text=text: run(_in_numpy(code), values | {text: x}), values[text])
        vjp = call.vjp(place)
        if vjp is not None:
            told += 1
            wanted = np.tensordot(cotangent, exact, cotangent.ndim)
            np.testing.assert_allclose(run(vjp, values | {"g": cotangent}), wanted, rtol=1e-8, atol=1e-9)
        jacobian = call.jacobian(place)
        if jacobian is not None:
            np.testing.assert_allclose(run(jacobian, values), exact, rtol=1e-8, atol=1e-9)
    assert told or call.namespace is None


def _in_numpy(code):
    """The call of JAX as NumPy has it, which compiles nothing."""
    return code.replace("jnp.einsum", "np.einsum")


@pytest.mark.parametrize(
    "code, form",
    [
        ("np.einsum('ij,jk->ik', A, B)", "out[i,k] = ∑_j A[i,j] B[j,k]"),
        ("np.einsum('ij', A.T)", "out[i,j] = A.T[i,j]"),
        ("np.einsum('...i->...', f(x))", "out[...] = ∑_i (f(x))[...,i]"),
        ("einops.einsum(x, w, 'b in, out in -> b out')", "out[b,out] = ∑_in x[b,in] w[out,in]"),
        ("einops.rearrange(x, 'b (h w) c -> b c h w', h=3)", "out[b,c,h,w] = x[b,h w,c]"),
        ("einops.reduce(x, 'b h w -> b', 'mean')", "out[b] = mean_h,w x[b,h,w]"),
    ],
)
def test_index_form(code, form):
    assert read(code).index_form() == form


@pytest.mark.parametrize("code", [c for c in CALLS if read(c).order()])
def test_orders_compute_the_same(code):
    call = read(code)
    values = arrays_for(call)
    space = dict(values)
    *lines, last = call.order()
    for line in lines:
        name, text = line.split(" = ", 1)
        space[name] = run(text, space)
    np.testing.assert_allclose(run(last, space), run(code, values), rtol=1e-10)


def test_a_long_chain_is_cheaper_two_at_a_time():
    call = read("np.einsum('ij,jk,kl,l->i', A, B, C, v)")
    first = call.order()[0]
    assert "C, v" in first  # from the vector on


MALFORMED = [
    ("np.einsum('ij,jk->il', A, B)", "`l`"),
    ("np.einsum('ij,jk->iik', A, B)", "`i` stands twice"),
    ("np.einsum('ij,jk', A)", "2 operands"),
    ("np.einsum('ij', A, B)", "1 operand"),
    ("np.einsum('i1->1', A)", "`1`"),
    ("np.einsum('ij->i,j', A)", "two outputs"),
    ("np.einsum('i..->i', A)", "dots"),
    ("jnp.einsum('ij,jk->il', A, B)", "`l`"),
    ("jnp.einsum('ij,jk->ikk', A, B)", "`k` stands twice"),
    ("oe.contract('ij,jk->il', A, B)", "`l`"),
    ("einops.einsum(A, B, 'i j, j k')", "no `->`"),
    ("einops.einsum(A, B, 'i j, j k -> i l')", "`l`"),
    ("einops.einsum(A, 'i j, j k -> i k')", "2 operands"),
    ("einops.einsum(A, '(i j) -> i j')", "brackets"),
    ("einops.rearrange(A, 'i j -> i')", "`j`"),
    ("einops.rearrange(A, 'i j -> i j k')", "`k`"),
    ("einops.rearrange(A, 'i i -> i')", "twice"),
    ("einops.rearrange(A, 'i j -> (i j')", "closes"),
    ("einops.rearrange(A, 'i j -> i (j (k))')", "brackets in brackets"),
    ("einops.rearrange(A, 'i j -> j i', k=3)", "`k`"),
    ("einops.reduce(A, 'i j -> k', 'sum')", "`k`"),
    ("einops.repeat(A, 'i j -> i j c')", "`c`"),
    ("einops.repeat(A, 'i j -> i c', c=2)", "`j`"),
]


@pytest.mark.parametrize("code, word", MALFORMED)
def test_what_is_called_malformed_raises(code, word):
    with pytest.raises(Malformed, match=word.replace("(", r"\(")):
        read(code)
    square = {n: np.ones((3, 3)) for n in "AB"}
    with pytest.raises(Exception):  # noqa: B017 - each library has its own
        run(code, square)


WELL_FORMED = [
    "jnp.einsum('1i,i2->12', A, B)",
    "oe.contract('1i,i2->12', A, B)",
    "np.einsum('ij , jk -> ik', A, B)",
    "np.einsum('i...,...j->ij...', A, B)",
    "np.einsum('...,...', A, B)",
    "np.einsum('ij->...ji', A)",
    "einops.einsum(A, B, 'inn mid, mid out -> inn out')",
    "einops.einsum(A, 'i i -> i')",
    "einops.rearrange(A, '... -> ... 1')",
    "einops.rearrange(A, 'i j -> (i j)')",
    "einops.rearrange(A, '(i k) j -> i (k j)', k=3)",
    "einops.rearrange([A, B], 'n i j -> i (n j)')",
    "einops.reduce(A, '... -> ', 'sum')",
    "einops.reduce(A, '(i 3) j -> i j', 'max')",
    "einops.reduce(A, 'i j -> 1 1', 'mean')",
    "einops.repeat(A, 'i j -> i (j c)', c=2)",
    "einops.repeat(A, 'i j -> i 2 j')",
    "einops.repeat(A, 'i j -> i () j')",
]


@pytest.mark.parametrize("code", WELL_FORMED)
def test_what_runs_is_not_called_malformed(code):
    run(code, {n: np.ones((3, 3)) for n in "AB"})
    read(code)


@pytest.mark.parametrize(
    "code, shape",
    [
        ("einops.rearrange(x, 'a i -> i a')", (2, 4)),
        ("einops.rearrange(x, 'a i j -> a (i j)')", (2, 4, 5)),
        ("einops.repeat(x, 'a i -> a c i', c=3)", (2, 4)),
        ("einops.reduce(x, 'a i j -> i', 'sum')", (2, 4, 5)),
    ],
)
def test_vjp_of_einops(code, shape):
    rng = np.random.default_rng(2)
    x = rng.normal(size=shape)
    out, pull = jax.vjp(lambda x: eval(code, {**MODULES, "x": x}), jnp.asarray(x))
    g = rng.normal(size=out.shape)
    vjp = read(code).vjp()
    assert vjp is not None
    np.testing.assert_allclose(run(vjp, {"x": x, "g": g}), pull(jnp.asarray(g))[0], rtol=1e-10)
