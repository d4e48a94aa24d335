"""Continuum mechanics in three dimensions for einsight: parts of a matrix, invariants, deformation, tensors of fourth order.

`F` is the deformation gradient, `F_ij = ∂x_i/∂X_j`.  Fourth-order tensors have their axes in the order of `C_ijkl A_kl`.
"""

from fractions import Fraction

from einsight.api import array_function, hook, rule, tensor

# The version of einsight.api that this is written for.
EINSIGHT_API = 1

MATRICES = "A, B in R^(3 x 3)"


@hook
def einsight_functions():
    return [
        array_function(statement, doc=doc)
        for statement, doc in [
            # parts of a matrix, and products
            ("sym(A)_ij = 1/2 (A_ij + A_ji)", "The symmetric part."),
            ("skw(A)_ij = 1/2 (A_ij - A_ji)", "The antisymmetric part."),
            ("sph(A)_ij = 1/3 A_kk δ_ij where dim = 3", "The spherical part."),
            ("dev(A)_ij = A_ij - 1/3 A_kk δ_ij where dim = 3", "The deviatoric part, without a trace."),
            ("ddot(A, B) = A_ij B_ij", "The double contraction `A : B` of two matrices."),
            ("apply4(C, A)_ij = C_ijkl A_kl", "The double contraction `C : A` of a fourth-order tensor and a matrix."),
            ("ddot4(C, D)_ijkl = C_ijmn D_mnkl", "The double contraction `C : D` of two fourth-order tensors."),
            ("dyad(A, B)_ijkl = A_ij B_kl", "The dyadic product `A ⊗ B` of two matrices, with four axes."),
            ("odot(A, B)_ijkl = 1/2 (A_ik B_jl + A_il B_jk)",
             "The symmetrised product `A ⊙ B`: `odot(I(3), I(3))` is the symmetric identity."),
            # invariants
            ("I1(A) = A_ii", "The first invariant, the trace."),
            ("I2(A) = 1/2 (A_ii A_jj - A_ij A_ji)", "The second invariant, the sum of the principal minors."),
            ("I3(A_ij) = det(A) where dim = 3", "The third invariant, the determinant."),
            ("J2(A) = 1/2 A_ij A_ij - 1/6 A_ii A_jj where dim = 3",
             "The second invariant of the deviator of a symmetric matrix, `1/2 ddot(dev(A), dev(A))`."),
            ("mises(A) = sqrt(3/2 A_ij A_ij - 1/2 A_ii A_jj) where dim = 3", "The equivalent stress of von Mises, `sqrt(3 J2(A))`."),
            ("cof(A_ij)_ij = det(A) inv(A)_ji", "The cofactors, `det(A) inv(A)'`: how oriented areas deform."),
            # deformation
            ("cauchygreen(F)_ij = F_ki F_kj", "The right Cauchy-Green tensor `C = F' F`."),
            ("fingertensor(F)_ij = F_ik F_jk", "The left Cauchy-Green tensor `b = F F'`."),
            ("greenlagrange(F)_ij = 1/2 (F_ki F_kj - δ_ij)", "The strain of Green and Lagrange, `1/2 (F' F - I)`."),
            ("isochoric1(F_ij) = det(F)^(-2/3) F_ij F_ij where dim = 3",
             "The first invariant of what of a deformation changes no volume, for `det(F) > 0`."),
            ("neohooke(F_ij, m, l) = m/2 (F_ij F_ij - 3) - m log(det(F)) + l/2 log(det(F))^2 where dim = 3",
             "The energy of a compressible neo-Hookean solid, with Lamé's constants μ and λ."),
            ("hooke(A, m, l)_ij = m (A_ij + A_ji) + l A_kk δ_ij", "The stress of an isotropic solid at the strain `A`."),
        ]
    ]  # fmt: skip


def identity(i, j, k, l):
    return int(i == k and j == l)


def transposer(i, j, k, l):
    return int(i == l and j == k)


def symmetric(i, j, k, l):
    return Fraction(identity(i, j, k, l) + transposer(i, j, k, l), 2)


def spherical(i, j, k, l):
    return Fraction(int(i == j and k == l), 3)


def deviatoric(i, j, k, l):
    return symmetric(i, j, k, l) - spherical(i, j, k, l)


FOURTH = [
    ("II", identity, "δ_ik δ_jl", "The fourth-order identity: `II_ijkl A_kl = A_ij`.", "A_ij"),
    ("IIt", transposer, "δ_il δ_jk", "What transposes: `IIt_ijkl A_kl = A_ji`.", "A_ji"),
    ("IIs", symmetric, "1/2 δ_ik δ_jl + 1/2 δ_il δ_jk", "The symmetric identity: `IIs_ijkl A_kl` is `sym(A)`.",
     "1/2 A_ij + 1/2 A_ji"),
    ("IIv", spherical, "1/3 δ_ij δ_kl", "The projection on spherical parts: `IIv_ijkl A_kl` is `sph(A)`.", "1/3 A_kk δ_ij"),
    ("IId", deviatoric, "1/2 δ_ik δ_jl + 1/2 δ_il δ_jk - 1/3 δ_ij δ_kl",
     "The projection on symmetric deviators: `IId_ijkl A_kl` is `dev(sym(A))`.", "1/2 A_ij + 1/2 A_ji - 1/3 A_kk δ_ij"),
]  # fmt: skip


@hook
def einsight_tensors():
    return [tensor(name, (3, 3, 3, 3), value, doc=doc) for name, value, _, doc, _ in FOURTH]


@hook
def einsight_rules():
    made = [
        rule(
            f"mechanics.{name}",
            f"{name}_ijkl => {deltas} where dim = 3",
            doc,
            phase="contract",
            examples=[(MATRICES, f"{name}_ijkl A_kl", applied), (MATRICES, "A_ik B_kj", None)],
        )
        for name, _, deltas, doc, applied in FOURTH
    ]
    return [
        *made,
        rule(
            "mechanics.contrary",
            "S_ij A_ij => 0 where S symmetric, A antisymmetric",
            "The double contraction of a symmetric and an antisymmetric matrix: a stress does no work in a spin.",
            examples=[
                ("S in R^(3 x 3) symmetric; W in R^(3 x 3) antisymmetric", "S_ij W_ij", "0 S_ii"),
                ("S in R^(3 x 3) symmetric; W in R^(3 x 3)", "S_ij W_ij", None),
            ],
        ),
    ]
