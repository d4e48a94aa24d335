"""No claim and no expression takes more time or memory than its budget, and none is judged by sizes that change what it says."""

import itertools
import json
import os
import random
import subprocess
import sys
from contextlib import contextmanager

import pytest
from bounded import DERIVATIVES, DOCUMENTS, PRODUCTS, SOFTMAX
from paths import TESTS
from thinning import part_in, rest_in_campaigns

import einsight
from einsight.deriving.answering import answering
from einsight.deriving.questions import read_declarations
from einsight.deriving.readback import read_value
from einsight.judging import judge
from einsight.lowering.report import EinsightError
from einsight.meaning.cost import MOST, Plan
from einsight.meaning.evaluate import entries
from einsight.meaning.fields import PRIME, NotInField, PrimeField, Rationals
from einsight.meaning.instances import Instance, dims_and_tensors, fill
from einsight.meaning.sizing import Sizing
from einsight.meaning.thin import Thin
from einsight.sheets.check import check, check_within
from einsight.targets import contraction
from einsight.terms import build
from einsight.terms.bounds import SYMBOLS
from einsight.terms.dimension import Dim, Index
from einsight.terms.interruption import OutOfTime, Stopped, not_counted, poll, polled_by, within


def require(findings, allowed):
    """Verdicts that are right or undecided, and of what is undecided a word on why it was not tried."""
    expected = [["undecided" if v == "?" else v for v in claim.split("|")] for claim in allowed.split()]
    assert len(findings.claims) == len(expected), findings.diagnostics
    for claim, verdicts in zip(findings.claims, expected, strict=True):
        told = [d for d in findings.diagnostics if d.span == claim.span]
        assert claim.verdict in verdicts, (claim.text, claim.verdict, told)
        if claim.verdict == "undecided":
            assert [(d.code, d.severity) for d in told] == [("EIN504", "information")], (claim.text, told)


# those that end by the clock alone are for the campaign
@pytest.mark.parametrize("name", [n for n in DOCUMENTS if n not in ("thirty derivatives", "576 terms")])
def test_verdicts(name):
    text, allowed = DOCUMENTS[name]
    require(check(text), allowed)


class Polls:
    """So many polls are the budget: the same on every machine."""

    def __init__(self, budget=None):
        self.count, self.budget = 0, budget

    def __call__(self):
        self.count += 1
        if self.budget is not None and self.count > self.budget:
            raise OutOfTime("its polls are used up", self)


# each at the one or the other by default, at both in campaigns
@pytest.mark.parametrize(
    "name, budget",
    rest_in_campaigns(
        [(name, budget) for name in DOCUMENTS for budget in (3, 300)],
        lambda row: part_in(row[0], 2) == (row[1] == 300),
        lambda row: f"{row[1]}-{row[0]}",
    ),
)
def test_whatever_takes_long_is_ended_at_a_poll(name, budget):
    """With a budget of a few polls for each statement it is undecided, or a verdict that it may have: never another one."""
    text, allowed = DOCUMENTS[name]
    may = " ".join(f"{v}|?" for v in allowed.split())

    @contextmanager
    def for_that_many(seconds):
        polls = Polls(budget)
        with polled_by(polls):
            yield polls

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "within", for_that_many)
        require(check_within(None, text), may)


@pytest.mark.parametrize("ask", [
    lambda: einsight.derive(DERIVATIVES, declare="a in R"),
    lambda: einsight.rewrite(DERIVATIVES, declare="a in R"),
    lambda: einsight.derive(PRODUCTS, "a", declare="a, b in R", order=6),
], ids=["nested", "rewritten", "products"])  # fmt: skip
def test_rewriting_polls(ask):
    """What goes on for seconds polls thousands of times; where it is ended, nothing of it is left behind."""
    with pytest.raises(Stopped), polled_by(Polls(3000)):
        ask()
    assert einsight.derive("exp(exp(a))", "a", declare="a in R").index == "exp(a) exp(exp(a))"


@pytest.mark.parametrize("ask", [
    lambda: einsight.derive(SOFTMAX, "x", declare="x in R^n"),
    lambda: einsight.derive(SOFTMAX, "x", declare="x in R^n").to("sympy"),
    lambda: einsight.simplify(SOFTMAX, declare="x in R^n"),
    lambda: einsight.rewrite(SOFTMAX, declare="x in R^n"),
], ids=["derive", "sympy", "simplify", "rewrite"])  # fmt: skip
def test_what_is_too_long_to_be_written_is_refused(ask):
    with pytest.raises(EinsightError) as refused:
        ask()
    assert refused.value.diagnostics[0].code == "EIN504" and f"at most {SYMBOLS}" in str(refused.value)


def test_a_budget_that_is_spent_is_told():
    with pytest.raises(EinsightError) as refused, answering(1e-9):
        einsight.derive("sin(a^7) exp(a)", "a", declare="a in R")
    assert refused.value.diagnostics[0].code == "EIN504" and "1e-09 s" in str(refused.value)


def test_time_that_others_wasted_is_not_counted():
    with pytest.raises(OutOfTime), within(0.0):
        not_counted(1000)
        poll()
        not_counted(-1000)
        poll()


# thin axes

SIZE = 7
DECLARE = f"""
A, B in R^({SIZE} x {SIZE}); S in R^({SIZE} x {SIZE}) symmetric; P in R^({SIZE} x {SIZE}) positive-definite; x, y in R^{SIZE}
Q in R^({SIZE} x {SIZE}) orthogonal; D in R^({SIZE} x {SIZE}) diagonal; N in R^({SIZE} x {SIZE}) antisymmetric
Qs in R^({SIZE} x {SIZE}) orthogonal symmetric; Qd in R^({SIZE} x {SIZE}) orthogonal diagonal
Pd in R^({SIZE} x {SIZE}) positive-definite diagonal; Pi in R^({SIZE} x {SIZE}) positive-definite integer
Pp in R^({SIZE} x {SIZE}) positive-definite positive; Ns in R^({SIZE} x {SIZE}) antisymmetric integer
T in R^({SIZE} x {SIZE} x {SIZE}); W in R^({SIZE} x m)
"""
EXPRESSIONS = """
x' A y | sum(A) | tr(A B A) | A x + B y | x y' + A | ∑_{i,j,k} T_ijk x_i A_jk | T_ijk x_k + T_jik y_k | tr(A' B) + 7 sum(x)
W W' A | tr(A ⊙ I({0})) | diag(x) A + A diag(y) | δ_ij x_k + δ_jk T_iij | x_i δ_ij A_jk | A_11 x_3 + sum(A)
S P x | x' P x | tr(Q' A Q) | Q'Q | Q x | D A + A D | N x + x | tr(N D A)
det(A) | det(A + 2 P) | inv(A) | inv(P) x | inv(A + B) A inv(P) | tr(inv(A) B) | A^5 | A^-2 | det(A inv(B) + x y')
inv(A)_ij x_k T_kij | ∑_k det(A + x_k B) | ∑_k x_k inv(A + y_k B)_ij | 1/(3 + A_ij^3) | (A x) ⊙ (B y) | ∑_{i,j} 1/(A_ij + 2)
Qs Qs | Qs x | Qs' A Qs | tr(Qs) | det(Qs) | Qd Qd | Qd A | det(Qd) | Pd A | inv(Pd) x | det(Pd) | Pi x | inv(Pi) | Pp x | Ns A
det(A) inv(A)_ij | det(A) inv(A)_ij x_k | det(A) tr(inv(A) B) | det(A + 2 P) inv(A + 2 P) x | det(A) inv(A)_12 | det(N + A) inv(N + A)
det(A) (inv(A)_12 inv(A)_ij - inv(A)_1j inv(A)_i2) | det(A) (tr(inv(A) B)^2 - tr(inv(A) B inv(A) B)) | ∑_k det(A + x_k B) inv(A + x_k B)_ij
"""
OWN = [(0,), (0, 2), (0, 1, 2)]
LISTED = [e.strip() for line in EXPRESSIONS.strip().splitlines() for e in line.replace("{0}", str(SIZE)).split(" | ")]


def _in_full(instance, whole, tensor):
    """The entries of a thin tensor at all places, by the pattern of the cell."""
    axes = [instance.thin(d) for d in tensor.dims]
    sizes = [instance.size(d) for d in tensor.dims]
    out = []
    for cell in itertools.product(*(range(whole.size(d)) for d in tensor.dims)):
        met, others = [], []
        for place, axis in zip(cell, axes, strict=True):
            if axis is None:
                met.append(place)
            elif place in axis.own:
                met.append(axis.own.index(place))
            else:
                if place not in others:
                    others.append(place)
                met.append(len(axis.own) + (others.index(place) if axis.alike > 1 else 0))
        offset = 0
        for k, size in zip(met, sizes, strict=True):
            offset = offset * size + k
        out.append(instance.entries[tensor][offset])
    return out


# each with some of the places that are told apart by default, with all in campaigns
@pytest.mark.parametrize(
    "expression, own",
    rest_in_campaigns(
        [(expression, own) for own in OWN for expression in LISTED],
        lambda row: OWN[part_in(row[0], len(OWN))] == row[1],
        lambda row: f"{row[1]}-{row[0]}",
    ),
)
def test_a_thin_axis_gives_what_the_whole_one_gives(expression, own):
    """Exactly, in the prime field: an evaluation at a few places is one at the declared size."""
    names = read_declarations(DECLARE, "numerator")
    value = read_value(expression, names, keep="ijk")
    assert value is not None, expression
    term, axes = value.term, (*value.order, *value.plain_axes)
    dims, tensors = dims_and_tensors([term])
    plan = Plan([term], axes, tensors)
    dim = Dim(SIZE)
    assert dim not in plan.fixed
    places = tuple(sorted({*own, *plan.literal.get(dim, ())}))
    alike = plan.width.get(dim, 1) if dim in plan.paired else 1
    if SIZE - len(places) <= alike:
        pytest.skip("as many places are told apart as there are")
    thin = Thin(SIZE, places, alike)
    generator = random.Random(expression)
    small = dict.fromkeys(dims, 2)
    few = Instance(PrimeField(), {**small, dim: thin})
    fill(few, tensors, lambda positive: generator.randrange(2, 10**6))
    whole = Instance(PrimeField(), small)
    whole.entries = {t: _in_full(few, whole, t) for t in tensors}
    for tensor in tensors:
        if tensor.properties:
            require_properties(tensor, whole.entries[tensor])
    met, full = entries(term, few, axes), entries(term, whole, axes)
    assert met == [full[k] for k in _met_in_full(axes, thin, few, whole)]


def require_properties(tensor, found):
    """Has the array at all places what is said of it, as far as a prime field shows?"""
    n = tensor.dims[0].value
    rows = [found[k * n : (k + 1) * n] for k in range(n)]
    turned = [list(column) for column in zip(*rows, strict=True)]
    holds = {
        "symmetric": lambda: rows == turned,
        "positive-definite": lambda: rows == turned,
        "antisymmetric": lambda: all((a + b) % PRIME == 0 for r, t in zip(rows, turned, strict=True) for a, b in zip(r, t, strict=True)),
        "diagonal": lambda: all(v == 0 for i, row in enumerate(rows) for j, v in enumerate(row) if i != j),
        "orthogonal": lambda: all(
            sum(a * b for a, b in zip(r, s, strict=True)) % PRIME == (i == j) for i, r in enumerate(rows) for j, s in enumerate(rows)
        ),
        "integer": lambda: all(min(v, PRIME - v) < 10**6 for v in found),
        "positive": lambda: all(0 < v < PRIME // 2 for v in found),
    }  # fmt: skip
    assert all(holds[p]() for p in tensor.properties), tensor


def _met_in_full(axes, thin, few, whole):
    """Where the cells of the thin entries stand among all, others standing at the last places."""
    offsets = [0]
    for axis in axes:
        if few.thin(axis.dim) is None:
            where = range(few.size(axis.dim))
        else:
            rest = [k for k in range(thin.size) if k not in thin.own]
            where = [*thin.own, *rest[: thin.alike]]
        offsets = [o * whole.size(axis.dim) + k for o in offsets for k in where]
    return offsets


def sizing(declare, left, right):
    names = read_declarations(declare, "numerator")
    sides = [read_value(text, names, keep="ijk") for text in (left, right)]
    axes = (*sides[0].order, *sides[0].plain_axes)
    terms = [sides[0].term, sides[1].on(sides[0].axes)]
    dims, tensors = dims_and_tensors(terms)
    return Sizing(terms, axes, dims, tensors, {}, 0)


def test_the_plan_counts_what_an_evaluation_does():
    declare = "A in R^(30 x 40); B in R^(40 x 50); x in R^50"
    plan = sizing(declare, "A B x", "A (B x)").plan
    assert max(map(len, plan.operations)) == 2  # never the three axes of A B
    assert 40 * 50 < plan.total({}) < 20 * 40 * 50
    assert sizing("A in R^(100 x 100)", "inv(A)", "A").plan.total({}) > 100**3


@pytest.mark.parametrize("declare, left, right, thin", [
    ("Z in R^(1000000 x 1000000)", "tr(Z'Z)", "sum(Z)", True),
    ("A in R^(30 x 20)", "sum(A)", "A_11", False),  # cheap as it is
    ("x in R^100000", "∑_{i,j} [i < j] x_i x_j", "sum(x)", False),  # places count
    ("X in R^(1000 x 50)", "det(X X')", "sum(X)", False),  # a rank shows beside another size
    ("A in R^(200 x 200); x in R^200", "x' inv(A) x", "det(A)", True),
    ("Q in R^(200 x 200) orthogonal integer", "Q Q", "Q", False),  # the places of a permutation are not alike
])  # fmt: skip
def test_which_axes_are_thin(declare, left, right, thin):
    found = sizing(declare, left, right)
    sizes = found.at(0)
    assert (sizes is not None and any(isinstance(s, Thin) for s in sizes.values())) is thin
    if sizes is not None:
        assert found.plan.total({d: s.met if isinstance(s, Thin) else s for d, s in sizes.items()}) <= MOST


@pytest.mark.parametrize("declare, claim, verdicts", [
    ("A in R^(36 x 36) antisymmetric", "det(A) = 0", "wrong"),
    ("A in R^(300 x 300) antisymmetric", "det(A) = 0", "?"),
    ("x in R^30", "det(x x') = 0", "right"),
    ("A in R^(300 x 300)", "det(A) inv(A)_ij = det(A) inv(A)_ji", "right_if"),
    pytest.param("A in R^(300 x 300)", "det(2 A) = 2^300 det(A)", "right", marks=pytest.mark.campaign),
    ("A in R^(n x n)", "det(A) inv(A)_12 inv(A)_21 = det(A) inv(A)_11 inv(A)_22", "wrong"),
    pytest.param("A in R^(9 x 9)", "∂(det(A) inv(A)_ji)/∂A_kl = det(A) (inv(A)_ji inv(A)_lk - inv(A)_jk inv(A)_li)", "right",
                 marks=pytest.mark.campaign),  # eight times as long as the wrong one, of the same size
    pytest.param("A in R^(9 x 9)", "∂(det(A) inv(A)_ji)/∂A_kl = det(A) (inv(A)_ji inv(A)_lk + inv(A)_jk inv(A)_li)", "wrong",
                 marks=pytest.mark.campaign),
])  # fmt: skip
def test_no_determinant_vanishes_since_places_are_alike(declare, claim, verdicts):
    require(check(f"{declare}\n{claim}\n"), verdicts)


def test_many_axes_are_not_judged_where_each_has_one_place():
    names = " ⊗ ".join("A" * 15)
    found = check(f"A in R^(n x n)\n{names} = {names[:-1]}A'\n")
    assert [c.verdict for c in found.claims] == ["undecided"]


# terms


def test_symbols_count_what_is_shared_each_time():
    names = read_declarations("a in R", "numerator")
    term = read_value("sin(a)", names).term
    for _ in range(100):
        term = build.add(build.apply("sin", term), build.apply("cos", term))
    assert term.symbols > 2**100


def test_interchangeable_dummies_have_few_orders():
    """The indices of a ring are one orbit: singling one out tells all others apart."""
    names = read_declarations("A in R^(n x n)", "numerator")
    ring = [f"A_{a}{b}" for a, b in zip("abcdefghijkl", "bcdefghijkla", strict=True)]
    found = set()
    for seed in range(4):
        random.Random(seed).shuffle(ring)
        found.add(read_value(" ".join(ring), names).term)
    assert len(found) == 1


def test_numbers_that_nobody_checks_are_not_written_out():
    with pytest.raises(NotInField):
        Rationals().whole_power(2, 10**9)
    assert Rationals().whole_power(-1, 10**9) == 1


@pytest.mark.parametrize("count", [9, 12, 14, 40])
@pytest.mark.parametrize("network", ["complete", "star", "hub", "ring"])
def test_orders_of_contraction_are_sought_only_where_they_are_few(network, count):
    """The library goes through all sets of arrays that hang together: of a star they are 2^n."""
    dim = Dim("n")
    if network == "complete":
        arrays = [[Index(f"{min(a, b)}_{max(a, b)}", dim) for b in range(count) if b != a] for a in range(count)]
    elif network == "star":
        arrays = [[Index("z", dim)] for _ in range(count)]
    elif network == "hub":
        arrays = [[Index(f"z{k}", dim) for k in range(count)], *([Index(f"z{k}", dim)] for k in range(count))]
    else:
        arrays = [[Index(f"z{k}", dim), Index(f"z{(k + 1) % count}", dim)] for k in range(count)]
    masks = {i: 1 << n for n, i in enumerate(dict.fromkeys(i for a in arrays for i in a))}
    assert contraction._are_few_connected(tuple(sum(masks[i] for i in a) for a in arrays)) is (
        network == "ring" or count == 9
    )
    assert len(contraction.pairs(arrays, [], {})) == len(arrays) - 1


# processes

LIMITED = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CPU, ({limit}, {limit} + 5))
sys.path.insert(0, {folder!r})
import json
from bounded import DOCUMENTS
from einsight.sheets.check import check_within
text, allowed = DOCUMENTS[{name!r}]
findings = check_within({budget}, text)
print(json.dumps([[c.verdict, [d.code for d in findings.diagnostics if d.span == c.span]] for c in findings.claims]))
"""


@pytest.mark.campaign
@pytest.mark.skipif(os.name == "nt", reason="there are no limits of this kind")
@pytest.mark.parametrize("budget", [1, 5])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_ends_in_time_and_memory(name, budget):
    """In a process with a gigabyte, and with the budget and a second for each claim."""
    allowed = DOCUMENTS[name][1].split()
    limit = (budget + 1) * len(allowed) + 2
    code = LIMITED.format(limit=limit, folder=str(TESTS), name=name, budget=budget)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]
    for (verdict, codes), may in zip(json.loads(done.stdout), allowed, strict=True):
        assert verdict == "undecided" and codes == ["EIN504"] or verdict in may.split("|"), (verdict, codes, may)


GREEDY = """
import sys
import einsight.judging.comparison as comparison
from einsight.memory import limit_memory
limited = limit_memory()
real = comparison.compare
def compare(left, right, *given, **more):
    if "det" in repr([getattr(t, "name", "") for t in left.walk()]):
        bytes(10**9)  # asked for, not touched: no time goes by
    return real(left, right, *given, **more)
comparison.compare = compare
from einsight.sheets.check import check
for claim in (found := check("A in R^(n x n)\\ndet(A) = 1\\ntr(A) = tr(A')\\n")).claims:
    print(claim.verdict, [d.code for d in found.diagnostics if d.span == claim.span])
print("limited" if limited else "free")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="data is limited on Linux")
@pytest.mark.parametrize("megabytes, expected", [
    ("100", ["undecided ['EIN504']", "right []", "limited"]), pytest.param("0", ["wrong ['EIN401']", "right []", "free"], marks=pytest.mark.campaign),
])  # fmt: skip
def test_a_claim_that_takes_all_memory_costs_itself(megabytes, expected):
    environment = {**os.environ, "EINSIGHT_MEMORY": megabytes}
    done = subprocess.run([sys.executable, "-c", GREEDY], capture_output=True, text=True, env=environment)
    assert done.stdout.splitlines() == expected, done.stderr[-2000:]


@pytest.mark.skipif(sys.platform != "linux", reason="data is limited on Linux")
def test_the_processes_of_the_faces_are_limited():
    code = "import resource, sys; from einsight.{}; print(resource.getrlimit(resource.RLIMIT_DATA)[0] < 2 << 30)"
    for way in ("cli.main import main; sys.argv[1:] = ['rules', 'delta.contract']; main()",):
        done = subprocess.run([sys.executable, "-c", code.format(way)], capture_output=True, text=True)
        assert done.stdout.splitlines()[-1] == "True", done.stderr
