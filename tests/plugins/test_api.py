"""`einsight.api`, what plugins are written against: its names and signatures stay as they are within a version."""

import inspect
import math
import types
from fractions import Fraction

import numpy
import pytest

import einsight
from einsight import api
from einsight.deriving.derive import derive, rewrite
from einsight.plugins.guard import Guard
from einsight.plugins.loading import kit_of
from einsight.rules.catalogue import catalogue, forget
from einsight.sheets.check import check
from einsight.testing import cases, differences, require_derivative, verdicts
from einsight.verifying.verify import checks_of

# changing a line here breaks plugins that are out there: raise API_VERSION then
FROZEN = {
    "add": "(*terms)",
    "apply": "(function, *arguments)",
    "array_function": "(statement, *, doc='')",
    "call_rule": "(id, statement, name, *, doc='', examples=(), phase='simplify')",
    "cannot": "(message)",
    "delta": "(left, right)",
    "function": "(name, derivative='', numpy='', latex='', *, definition='', value=None, jax='', torch='', doc='')",
    "function_rule": "(id, statement, on, *, doc='', examples=(), phase='simplify')",
    "hook": None,
    "lint": "(id, check, *, doc='')",
    "multiply": "(*factors)",
    "negate": "(term)",
    "number": "(value)",
    "pair_rule": "(id, statement, *, doc='', examples=(), phase='simplify')",
    "power": "(base, exponent)",
    "property": "(name, statement, sample, *, doc='')",
    "rule": "(id, statement, doc='', *, examples=(), phase='simplify')",
    "target": "(name, write, *, doc='')",
    "tensor": "(name, shape, value, *, aliases=(), antisymmetric=False, doc='')",
    "Finding": "(message, start=0, end=None, severity='warning', fix=None)",
    "Statement": "(text, kind, sides, names)",
    "EinsightError": None, "MalformedRule": None, "API_VERSION": None, "Term": None, "Number": None, "Component": None, "Delta": None,
    "Apply": None, "Power": None, "Product": None, "Sum": None, "Operator": None, "Derivative": None,
}  # fmt: skip
HOOKS = ["rules", "functions", "tensors", "properties", "targets", "lints"]


def _signature(thing):
    found = inspect.signature(thing)
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in found.parameters.values()]
    return str(found.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def test_its_names_are_frozen():
    assert api.API_VERSION == 1
    assert set(api.__all__) == set(FROZEN)
    for name, signature in FROZEN.items():
        assert signature is None or _signature(getattr(api, name)) == signature, name
    from einsight.plugins.hooks import HOOKS as known

    assert list(known) == [f"einsight_{kind}" for kind in HOOKS]


def test_everything_public_says_what_it_is():
    for name in api.__all__:
        thing = getattr(api, name)
        assert name in ("API_VERSION", "hook") or thing.__doc__, name


@pytest.fixture
def plug():
    """Registers what it is given, by hook, as a plugin `plug`; forgotten after the test."""

    def take_in(**given):
        module = types.ModuleType("plug")
        for kind, items in given.items():
            setattr(module, f"einsight_{kind}", api.hook(lambda items=items: items, specname=f"einsight_{kind}"))
        known = catalogue()
        known.add(Guard("plug", "1", known).kit(kit_of(module, "plug")))
        known.versions["plug"] = "1"
        return known

    forget()
    yield take_in
    forget()


def _levi_civita(i, j, k):
    return (i - j) * (j - k) * (k - i) // 2


EPSILON = api.tensor("ε", (3, 3, 3), _levi_civita, aliases=["levi"], antisymmetric=True, doc="Levi-Civita")
CROSS = api.array_function("cross(a, b)_i = ε_ijk a_j b_k where dim = 3")


@pytest.mark.parametrize(
    ("made", "at", "value"),
    [
        (api.function("f", derivative="1 - f(z)^2", numpy="numpy.tanh"), (0.5,), math.tanh(0.5)),
        (
            api.function("f", derivative="sigmoid(z)", numpy="numpy.logaddexp({0}, 0)"),
            (0.5,),
            math.log1p(math.exp(0.5)),
        ),
        (api.function("f", ("w", "z"), value=lambda z, w: z * w), (2, 3), 6),
        (api.function("f", ("w cos(z w)", "z cos(z w)"), "numpy.sin({0} * {1})"), (2, 3), math.sin(6)),
        (api.function("f", definition="z/(1 + abs(z))"), (-3,), -0.75),
        (
            api.function("f", "1/(1 + abs(z))^2", definition="z/(1 + abs(z))", torch="torch.nn.functional.softsign"),
            (1,),
            0.5,
        ),
    ],
)
def test_a_function_has_its_value_and_derivatives(plug, made, at, value):
    plug(functions=[made])
    assert catalogue().value("f")(*at) == pytest.approx(value)
    for case in cases("plug"):
        case.values[0].require()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"numpy": "numpy.tanh"}, "lacks its derivative"),
        ({"derivative": "1"}, "has no value"),
        ({"derivative": "1", "numpy": "scipy.special.expit"}, "uses scipy, not numpy alone"),
        ({"derivative": "1", "numpy": "numpy.tanh({0}"}, "is no expression"),
        ({"derivative": "1", "numpy": "numpy.tanh({1})"}, "is no expression"),
    ],
)
def test_what_a_function_lacks_is_said(given, words):
    with pytest.raises(ValueError, match=f"`f`.*{words}"):
        api.function("f", **given)


def test_functions_in_generated_code(plug):
    plug(
        functions=[
            api.function("spelled", "1 - spelled(z)^2", numpy="numpy.tanh", jax="jax.numpy.tanh", torch="torch.tanh"),
            api.function("defined", definition="z/(1 + abs(z))"),
            api.function("valued", "2 z", value=lambda z: z * z),
        ]
    )
    for target in ("numpy", "jax", "torch"):
        source = derive("spelled(x)", "x", "x in R^n").to(target)
        assert f"{target if target != 'jax' else 'jax.numpy'}.tanh(" in source
        assert "defined(" not in derive("defined(x) ⊙ x", None, "x in R^n").to(target).partition('"""\n')[2]
    x = numpy.array([0.5, -2.0])
    assert derive("defined(x)", None, "x in R^n").evaluate({"x": x}) == pytest.approx(x / (1 + abs(x)))
    assert derive("valued(x)", None, "x in R^n").evaluate({"x": x}) == pytest.approx(x**2)
    with pytest.raises(einsight.EinsightError, match="`valued` has no spelling in jax"):
        derive("valued(x)", None, "x in R^n").to("jax")


def test_tensors_and_functions_of_arrays(plug):
    rules = [
        api.rule("plug.pair", "ε_ijk ε_ilm => δ_jl δ_km - δ_jm δ_kl"),
        api.rule("plug.contrary", "ε_ijk S_jk => 0 where S symmetric"),
    ]
    plug(tensors=[EPSILON], functions=[CROSS], rules=rules)
    declare = "a, b, c in R^3"
    assert derive("cross(a, cross(b, c))", None, declare).matrix == "(a' c) b - (a' b) c"
    assert derive("ε_jik ε_klj a_l", None, declare).matrix == "-2 a"  # with the indices in any order
    assert derive("levi_ijk a_j a_k", None, declare).matrix == "0"
    found = derive("cross(a, b)", "b", declare)
    assert found.index == "ε_ikj a_k" and found.shape == ("3", "3")
    a = numpy.array([1.0, 2.0, 3.0])
    assert (found.evaluate({"a": a}) == [[0, -3, 2], [3, 0, -1], [-2, 1, 0]]).all()
    assert derive("ε_ijk", None).evaluate({})[0, 1, 2] == 1
    report = einsight.check(f"{declare}\ncross(a, b) = -cross(b, a)\na' cross(a, b) = 0\ncross(a, b) = a\n")
    assert [c.verdict for c in report.claims] == ["right", "right", "wrong"]
    for call, code, words in [
        ("cross(a)", "EIN001", "takes 2 arguments"),
        ("cross(a, x)", "EIN301", "axis of size 3"),
        ("cross(a, A)", "EIN301", "takes a vector here"),
    ]:
        (problem,) = einsight.check(f"{declare}; x in R^4; A in R^(3x3)\n{call}").diagnostics[-1:]
        assert problem.code == code and words in problem.message
    # a name that is declared is no longer the plugin's
    assert derive("ε_i b_i", None, "ε, b in R^n").matrix == "b' ε"
    for case in cases("plug"):
        case.values[0].require()


def test_functions_of_arrays_in_matrix_notation(plug):
    """An argument without indices in the body is named with its own; `dim` holds for indices of deltas alone too."""
    plug(
        functions=[
            api.array_function("cof(A_ij)_ij = det(A) inv(A)_ji"),
            api.array_function("fit(y_i, t_i) = y' t - logsumexp(t)"),
            api.array_function("sph(A)_ij = 1/3 A_kk δ_ij where dim = 3"),
            api.array_function("loose(A)_ij = A_kk δ_ij"),
        ]
    )
    declare = "A, B in R^(3 x 3); y, t in R^n"
    assert derive("det(A)", "A", declare).index == "det(A) inv(A)_ji"
    assert derive("cof(A)", None, declare).matrix == "det(A) A^-T"
    assert derive("fit(y, t)", "t", declare).matrix == "(y - softmax(t))'"
    assert derive("sph(A)", None, declare).shape == ("3", "3")
    report = check(f"{declare}\ncof(A)' A = det(A) I\ncof(A)_ij = det(A) inv(A)_ij\nsph(A) = 1/3 tr(A) I\n")
    assert [c.verdict for c in report.claims] == ["right", "right_if", "right"]
    (problem,) = check(f"{declare}\ncof(y)").diagnostics[-1:]
    assert "takes a matrix here" in problem.message
    failed = []
    for case in cases("plug"):
        try:
            case.values[0].require()
        except AssertionError as wrong:
            failed.append(str(wrong))
    (only,) = failed
    assert only.startswith("loose") and "nothing says how far" in only


def test_a_function_without_a_derivative_in_one_argument(plug):
    """As in an order that counts: what is there is used and verified, and the rest has no rule."""

    def value(z, w):
        if z != int(z) and w < 0:
            raise ValueError("no power of a negative number")
        return w**z

    plug(functions=[api.function("pow", [None, "z pow(z - 1, w)"], value=value)])
    assert derive("pow(3, c)", "c", "c in R").index == "3 pow(2, c)"
    with pytest.raises(einsight.EinsightError, match="no rule differentiates `pow`"):
        derive("pow(c, 3)", "c", "c in R")
    made = [case.values[0] for case in cases("plug")]
    assert [c.check.what for c in made] == ["derivative in argument 2", "no rule undoes another"]
    for case in made:
        case.require()


def test_a_tensor_with_fractions_and_a_rule_for_it(plug):
    """A rule whose left side is one special tensor."""

    def half(i, j, k, l):
        return Fraction((i == k) * (j == l) + (i == l) * (j == k), 2)

    plug(
        tensors=[api.tensor("Π", (3, 3, 3, 3), half)],
        rules=[
            api.rule(
                "plug.half",
                "Π_ijkl => 1/2 δ_ik δ_jl + 1/2 δ_il δ_jk where dim = 3",
                examples=[("A in R^(3 x 3)", "Π_ijkl A_kl", "1/2 A_ij + 1/2 A_ji")],
            )
        ],
    )
    assert derive("Π_ijkl A_kl", None, "A in R^(3 x 3)").matrix == "1/2 (A + A')"
    assert derive("Π_ijkl S_kl", None, "S in R^(3 x 3) symmetric").matrix == "S"
    for case in cases("plug"):
        case.values[0].require()


def test_function_rules_in_three_lines(plug):
    @api.call_rule(
        "plug.even",
        "cosh(-s) => cosh(s)",
        "cosh",
        examples=[("c in R", "cosh(-c)", "cosh(c)"), ("c in R", "cosh(c)", None)],
    )
    def even(s):
        """The hyperbolic cosine is even."""
        negative = isinstance(s, api.Product) and isinstance(s.factors[0], api.Number) and s.factors[0].value < 0
        return api.apply("cosh", api.negate(s)) if negative else None

    @api.pair_rule(
        "plug.exp", "exp(s) exp(t) => exp(s + t)", examples=[("a, b, c in R", "exp(a) c exp(b)", "c exp(a + b)")]
    )
    def together(s, t):
        both = all(isinstance(f, api.Apply) and f.function == "exp" for f in (s, t))
        return api.apply("exp", api.add(*s.arguments, *t.arguments)) if both else None

    @api.function_rule("plug.zero", "sin(pi) => 0", on="Apply", examples=[("", "sin(pi)", "0")])
    def zero(term):
        return api.number(0) if term.function == "sin" and term.arguments[0] is derive("pi").term else None

    plug(rules=[even, together, zero])
    assert even.doc == "The hyperbolic cosine is even."
    assert rewrite("∑_i exp(x_i) y_i exp(z_i)", ["plug.exp"], "x, y, z in R^n").index == "exp(x_k + z_k) y_k"
    made = [case.values[0] for case in cases("plug")]
    assert len(made) == 4 + 3 + 1
    for case in made:
        case.require()
    with pytest.raises(ValueError, match="no head `Addition`"):
        api.function_rule("plug.bad", "", on="Addition")(lambda t: None)


def test_properties(plug):
    def sample(n, draw):
        v = [draw() or 1 for _ in range(n)]
        size = sum(a * a for a in v)
        return [[a * b / size for b in v] for a in v]

    plug(
        properties=[api.property("idempotent", "A A = A", sample), api.property("involutory", "A A = I", sample)],
        rules=[api.rule("plug.twice", "P_ij P_jk => P_ik where P idempotent")],
    )
    declare = "P in R^(n x n) idempotent; x in R^n"
    assert derive("P P x", None, declare).matrix == "P x"
    assert einsight.check(f"{declare}\nx in R^n\nP P P = P\n").claims[0].verdict == "right"
    assert derive("Q Q x", None, "Q in R^(n x n); x in R^n").matrix == "Q^2 x"
    failed = []
    for case in cases("plug"):
        try:
            case.values[0].require()
        except AssertionError as problem:
            failed.append(str(problem))
    assert failed == ["involutory: A A = I: its example does not have it (wrong)"]


def test_targets(plug):
    def maple(answer):
        if answer.shape:
            raise api.cannot("Maple wants a number")
        return f"unapply({answer.index})"

    plug(targets=[api.target("maple", maple), api.target("torn", lambda answer: 1 / 0)])
    assert derive("c^2", "c", "c in R").to("maple") == "unapply(2 c)"
    for target, words in [("maple", "wants a number"), ("torn", "ZeroDivisionError"), ("torn", "no target `torn`")]:
        with pytest.raises(einsight.EinsightError, match=words):
            derive("x", "x", "x in R^n").to(target)
    assert [f.subject for f in catalogue().faults.all] == ["torn"]


def test_lints(plug):
    def no_trace_of_product(statement):
        for text, start, end in statement.sides:
            if text.startswith("tr(") and statement.kind == "claim":
                yield api.Finding("the course writes traces as inner products", start, end, fix="x' y")

    def names(statement):
        if "Q" in statement.names:
            yield api.Finding("Q is taken", severity="hint")

    plug(
        lints=[
            api.lint("plug.trace", no_trace_of_product),
            api.lint("plug.names", names),
            api.lint("plug.torn", lambda s: [s.nothing]),
        ]
    )
    report = check("x, y in R^n; Q in R^(n x n)\ntr(x y') = x' y\nQ x # einsight: ignore EIN503\nx' y\n", "ein")
    found = [
        (d.severity, d.span, d.message, [f.text for f in d.fixes]) for d in report.diagnostics if d.code == "EIN503"
    ]
    assert found == [
        ("hint", (13, 27), "plug.names: Q is taken", []),
        ("warning", (28, 36), "plug.trace: the course writes traces as inner products", ["x' y"]),
    ]
    assert [f.subject for f in catalogue().faults.all] == ["plug.torn"]


def test_rules_that_undo_one_another_and_overlap(plug):
    from einsight.verifying.verify import clashes, verify_all

    plug(
        rules=[
            api.rule("plug.there", "cosh(-s) => cosh(s)"),
            api.rule("plug.back", "cosh(s) => cosh(-s)"),
            api.rule("plug.log", "log(exp(t)) => t"),
        ]
    )
    found = {r.subject: r.problem or r.note for r in clashes("plug")}
    assert "undoes" in found["plug.there (plug) and plug.back (plug)"]
    assert "both apply to the same terms" in found["algebra.log-exp (einsight) and plug.log (plug)"]
    failed = [r for r in verify_all("plug") if r.problem]
    assert {r.subject for r in failed} == {"plug.there", "plug.back"}
    turns = "`cosh(-s)` becomes `cosh(s)` by plug.there, then `cosh(-s)` by plug.back"
    assert failed[0].problem == f"`plug.back` is switched off: it undoes what `plug.there` did: {turns}"


@pytest.mark.parametrize(
    ("derivative", "value", "words"),
    [
        ("1/sqrt(z^2 - 1)", math.acosh, ""),
        ("2/sqrt(z^2 - 1)", math.acosh, "its slope is"),
        ("1/(1 + exp(-z))", lambda z: math.log1p(math.exp(z)), ""),
        ("1 + 0 z", lambda z: z if z > -3 else -3.0, "its slope is 0"),  # wrong only far from 0
        ("1", lambda z: z if 2 < z < 4 else math.sqrt(-1), ""),
        ("1", lambda z: z if z > 1e6 else math.sqrt(-1), "at no point"),
        ("1", lambda z: math.nan, "at no point"),
        ("1/sqrt(z - 100)", lambda z: z, "at no point"),
    ],
)
def test_slopes_are_compared_where_a_function_has_values(plug, derivative, value, words):
    plug(functions=[api.function("odd", derivative, value=value)])
    (found,) = [c.run() for c in checks_of("odd")]
    assert words in found.problem if words else not found.problem


def test_derivatives_are_held_against_differences():
    declare, x = "A in R^(3 x 3); x in R^3; c in R", numpy.array([0.3, -1.2, 0.7])
    values = {"A": numpy.arange(9.0).reshape(3, 3), "x": x, "c": 0.4}
    require_derivative("x' A x", "x", declare, values, lambda x: x @ values["A"] @ x)
    require_derivative("c^2 A", "c", declare, values)
    require_derivative("sin(A) x", "A", declare, values)
    with pytest.raises(AssertionError, match="the value of x' A x"):
        require_derivative("x' A x", "x", declare, values, lambda x: x @ x)
    # the value at the point is right, and the slope another one
    with pytest.raises(AssertionError, match="the derivative of x' x in x"):
        require_derivative("x' x", "x", declare, values, lambda at: x @ x + 3 * (at - x).sum())
    assert differences(lambda x: numpy.outer(x, x), x).shape == (3, 3, 3)


def test_verdicts():
    assert verdicts("a, x in R^n; d/dx (a' x) = a'; d/dx (a' x) = a") == ["right", "transposed"]
    assert verdicts("a in R^n; a + = a") == []


@pytest.mark.parametrize("case", cases("einsight"))
def test_the_built_in_rules_are_tested_with_the_same(case):
    case.require()
