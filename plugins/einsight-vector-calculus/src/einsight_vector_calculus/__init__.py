"""Vector calculus in three dimensions for einsight: ε and δ, cross and triple products, divergence and curl.

A field is differentiated by einsight; `curl` and `div` take its Jacobian, since a function of arrays does not see in what its
argument is to be differentiated: `curl(d/dx F)`, with `(d/dx F)_ij = ∂F_i/∂x_j`.
"""

from einsight.api import array_function, hook, rule, tensor

# The version of einsight.api that this is written for.
EINSIGHT_API = 1

VECTORS = "a, b, c in R^3"


def levi_civita(i, j, k):
    """1 for an even order of 1, 2, 3, -1 for an odd one, 0 where two are the same."""
    return (i - j) * (j - k) * (k - i) // 2


@hook
def einsight_tensors():
    return [
        tensor(
            "ε",
            (3, 3, 3),
            levi_civita,
            aliases=["levi"],
            antisymmetric=True,
            doc="The Levi-Civita symbol, also `levi`.",
        )
    ]


@hook
def einsight_functions():
    return [
        array_function(
            "cross(a, b)_i = ε_ijk a_j b_k where dim = 3",
            doc="The cross product: orthogonal to both, by the right hand.",
        ),
        array_function(
            "triple(a, b, c) = ε_ijk a_i b_j c_k where dim = 3", doc="The triple product `a' cross(b, c)`, a volume."
        ),
        array_function(
            "skew(a)_ij = -ε_ijk a_k where dim = 3", doc="The matrix of the cross product: `skew(a) b = cross(a, b)`."
        ),
        array_function(
            "axial(A)_i = -1/2 ε_ijk A_jk where dim = 3",
            doc="The vector of a matrix's antisymmetric part: `axial(skew(a)) = a`.",
        ),
        array_function("div(J) = J_ii", doc="The divergence of a field from its Jacobian: `div(d/dx F)`."),
        array_function(
            "curl(J)_i = ε_ijk J_kj where dim = 3", doc="The curl of a field from its Jacobian: `curl(d/dx F)`."
        ),
    ]


@hook
def einsight_rules():
    return [
        rule(
            "vector.epsilon-pair",
            "ε_ijk ε_imn => δ_jm δ_kn - δ_jn δ_km where dim = 3",
            "Two ε that share one summed index are deltas: what turns a double cross product into dot products.",
            examples=[
                (VECTORS, "ε_ijk a_j ε_kmn b_m c_n", "(a_j c_j) b_i - (a_j b_j) c_i"),
                (VECTORS, "ε_ijk a_j b_k", None),
            ],
        ),
        rule(
            "vector.epsilon-two",
            "ε_ijk ε_ijm => 2 δ_km where dim = 3",
            "Two ε that share two summed indices.",
            examples=[(VECTORS, "ε_ijk ε_jim a_m", "-2 a_k"), (VECTORS, "ε_ijk a_i b_j", None)],
        ),
        rule(
            "vector.epsilon-three",
            "ε_ijk ε_ijk => 6 where dim = 3",
            "Two ε that share all indices count the orders of three things.",
            examples=[("", "ε_ijk ε_ijk", "6"), (VECTORS, "ε_ijk a_i b_j c_k", None)],
        ),
        rule(
            "vector.epsilon-symmetric",
            "ε_ijk S_jk => 0 where S symmetric, dim = 3",
            "ε meets what is symmetric in two of its indices: so the curl of a gradient is 0, and `cross(a, a)`.",
            examples=[
                ("S in R^(3 x 3) symmetric", "ε_ijk S_ik", "0 S_jj"),
                (VECTORS, "ε_ijk a_j a_k", "0 a_i"),
                ("A in R^(3 x 3)", "ε_ijk A_jk", None),
            ],
        ),
    ]
