"""Terms as tensor networks: the structure of the picture, that it is well formed, always the same, and nothing covers anything."""

import math
import xml.etree.ElementTree as ElementTree

import pytest

import einsight
from einsight.editing.hover import hover
from einsight.notation.diagram import _half, _half_height, _Picture, diagram
from einsight.notation.index_form import free_names
from einsight.notation.network import networks
from einsight.notation.picture import data_uri_of
from einsight.server.features.hover import markdown
from einsight.sheets.sheet import Sheet

DECLARE = "A, B, C, M in R^(n x n); S in R^(n x n) symmetric; X in R^(n x m); Y in R^(m x p); x, y, a in R^n; w in R^m; T in R^(n x n x n)"


def _derived(expression, wrt):
    if wrt is None:
        return einsight.simplify(expression, declare=DECLARE)
    return einsight.derive(expression, wrt=wrt, declare=DECLARE)


def _networks(derived):
    holes = [(f"∂{n}", axes) for n, axes in zip(derived.wrt, derived.variables, strict=False)]
    return networks(derived.term, free_names(derived.axes), holes)


def _counted(network):
    kinds = [n.kind for n in network.nodes]
    return {k: kinds.count(k) for k in ("tensor", "function", "dot", "leg", "hole") if k in kinds}, len(network.wires)


@pytest.mark.parametrize(
    ("expression", "wrt", "expected"),
    [
        ("A B x", None, [({"tensor": 3, "leg": 1}, 3)]),
        ("tr(A B)", None, [({"tensor": 2}, 2)]),
        ("tr(A)", None, [({"tensor": 1}, 1)]),
        ("A 1", None, [({"tensor": 1, "dot": 1, "leg": 1}, 2)]),
        ("x ⊙ y", None, [({"tensor": 2, "dot": 1, "leg": 1}, 3)]),
        ("x ⊙ x", None, [({"tensor": 2, "dot": 1, "leg": 1}, 3)]),
        ("I(n)", None, [({"leg": 2}, 1)]),
        # the node that was differentiated is gone, and a hole holds its legs
        ("x' S x", "x", [({"tensor": 2, "hole": 1}, 2)]),
        ("x' A x", "x", [({"tensor": 2, "hole": 1}, 2)] * 2),
        ("A X Y", "X", [({"tensor": 2, "leg": 2, "hole": 1}, 4)]),
        ("y' inv(A) x", "A", [({"tensor": 4, "hole": 1}, 4)]),
        ("T_ijk x_i y_j a_k", "T", [({"tensor": 3, "hole": 1}, 3)]),
        ("diag(x) A", "x", [({"tensor": 1, "dot": 1, "leg": 2, "hole": 1}, 4)]),
        ("X w", "w", [({"tensor": 1, "leg": 1, "hole": 1}, 2)]),
        # a function is one node, and twice where it is squared
        ("a' tanh(X w)", "w", [({"tensor": 2, "hole": 1}, 2), ({"tensor": 2, "function": 2, "dot": 1, "hole": 1}, 5)]),
    ],
)  # fmt: skip
def test_networks(expression, wrt, expected):
    found = _networks(_derived(expression, wrt))
    counted = sorted((_counted(n) for n in found), key=str)
    assert counted == sorted(expected, key=str)


def test_legs_are_named_and_first_axes_marked():
    (network,) = _networks(_derived("A X", None))
    assert [n.label for n in network.nodes if n.kind == "leg"] == ["i", "j"]
    starts = [s for w in network.wires for s in w.starts]
    assert sum(starts) == 2  # one for each matrix
    for expression, letter in (("A", "i"), ("A'", "j")):
        (network,) = _networks(_derived(expression, None))
        (first,) = [w for w in network.wires if any(w.starts)]
        assert network.nodes[max(first.ends)].label == letter


PICTURES = [
    ("x' A x", "x"), ("A B C x", None), ("tr(A B C M S A B C M S A B)", None), ("y' A B C M S x", "B"), ("X w ⊙ tanh(X w)", "w"),
    ("T_ijk T_klm T_mpi A_jp x_l", None), ("softmax(x)", "x"), ("‖X w - y‖^2", "w"), ("inv(A)", ["A", "A"]), ("A B + B A", None),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "wrt"), PICTURES, ids=[p[0] for p in PICTURES])
def test_pictures(expression, wrt):
    derived = _derived(expression, wrt)
    svg = derived.to("diagram")
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg") and float(root.get("width")) <= 1100
    assert svg == _derived(expression, wrt).to("diagram")
    for network in _networks(derived):
        picture = _Picture(network, True, "#000", "#888")
        boxes = [(x, y, _half(n), _half_height(n)) for n, (x, y) in zip(network.nodes, picture.at, strict=True)]
        for k, (x, y, wide, high) in enumerate(boxes):
            assert math.isfinite(x) and math.isfinite(y) and x - wide >= -1
            assert -picture.above - 1 <= y - min(high, 18) and y + min(high, 18) <= picture.below + 1
            for u, v, width, height in boxes[k + 1 :]:
                assert abs(x - u) >= (wide + width) * 0.9 or abs(y - v) >= min(high + height, 30) * 0.9


def test_what_is_too_large_is_refused():
    names = "; ".join(f"Q{k} in R^(n x n)" for k in range(30))
    product = " ".join(f"Q{k}" for k in range(30))
    derived = einsight.simplify(product, declare=names)
    with pytest.raises(einsight.EinsightError, match="no picture that is read"):
        derived.to("diagram")


def test_what_stands_in_a_label_is_escaped():
    svg = einsight.derive("sum(relu(A x))", wrt="x", declare=DECLARE).to("diagram")
    ElementTree.fromstring(svg)
    assert "&gt;" in svg


def test_a_hover_has_the_network_folded_away():
    text = "A ∈ ℝ^(n×n); x ∈ ℝ^n\nd/dx (x' A x)\n"
    sheet = Sheet(text)
    sheet.finish()
    found = hover(sheet, text.index("d/d"))
    svg = diagram(*found.network, "dark")
    ElementTree.fromstring(svg)
    assert svg.count("stroke-dasharray") == 2 and ">∂x<" in svg and "<rect width" not in svg
    shown = markdown(found, "", True, f"![tensor network]({data_uri_of(svg)})")
    assert "<details><summary>tensor network</summary>" in shown
    assert "tensor network" not in markdown(found, "", True)
