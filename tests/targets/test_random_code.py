"""Random expressions as code: the array, its factored form, and products with it, against the definition."""

from __future__ import annotations

import os
import random

import numpy
import pytest
from random_expressions import DECLARE, Writer
from thinning import parts

import einsight
from einsight.bench.worker_code import filled
from einsight.deriving.readback import function_value
from einsight.meaning.evaluate import entries
from einsight.meaning.fields import Floats, NotInField
from einsight.meaning.instances import Instance, fill

SIZES = {"n": 3, "m": 2, "p": 4}


def _hold(seed):
    """One random problem; returns how many forms were compared."""
    generator = random.Random(seed)
    expression, variable, _ = Writer(seed).problem()
    if "g(" in expression or "f(" in expression:  # unknown functions have no code
        return 0
    derived = einsight.derive(expression, variable, DECLARE)
    scalar = len(derived.axes) == len(derived.variables[-1])
    if scalar and generator.random() < 0.5 and len(expression) < 60:
        derived = einsight.derive(expression, [variable, variable], DECLARE)
    given = [t for t in derived.inputs if t.definition is None]
    sizes = {d: SIZES[d.value] for t in given for d in t.dims if isinstance(d.value, str)}
    instance = fill(Instance(Floats(function_value), sizes), given, lambda positive: generator.uniform(-1, 1))
    shape = [instance.size(a.dim) for a in derived.axes]
    try:
        whole = numpy.reshape(numpy.array(entries(derived.term, instance, derived.axes), dtype=float), shape)
    except (NotInField, OverflowError):
        return 0
    if not numpy.isfinite(whole).all() or numpy.abs(whole).max(initial=0) > 1e12:
        return 0
    arrays = {t.name: numpy.reshape(e, [sizes[d] for d in t.dims]) * 1.0 for t, e in instance.entries.items()}
    last = len(derived.variables[-1])
    split = whole.ndim - last
    cotangent, tangent = numpy.random.default_rng(seed), numpy.random.default_rng(seed + 1)
    arrays["cotangent"] = cotangent.normal(size=whole.shape[:split])
    arrays["tangent"] = tangent.normal(size=whole.shape[split:])
    forms = {
        "plain": ({}, whole),
        "structured": ({"structured": True}, whole),
        "sized": ({"sizes": {"n": generator.choice((1, 10**4)), "m": generator.choice((1, 10**4))}}, whole),
        "jvp": ({"product": "jvp"}, numpy.tensordot(whole, arrays["tangent"], last)),
    }
    if len(derived.variables) == 1:
        forms["vjp"] = ({"product": "vjp"}, numpy.tensordot(arrays["cotangent"], whole, split))
    for name, (options, value) in forms.items():
        source = derived.to("numpy", **options)
        scope = {}
        exec(compile(source, "<generated>", "exec"), scope)
        function = scope["derivative"]
        names = function.__code__.co_varnames[: function.__code__.co_kwonlyargcount]
        result = function(**{n: arrays[n] for n in names})
        if name == "structured":
            result = filled(*result, shape)
        told = f"{seed}: {expression} by {derived.wrt}, {name}\n{source}"
        assert numpy.shape(result) == value.shape, told
        scale = max(1.0, numpy.abs(value).max(initial=0))
        numpy.testing.assert_allclose(result, value, rtol=1e-7, atol=1e-7 * scale, err_msg=told)
    return len(forms)


@pytest.mark.parametrize("part", parts(2))
def test_random_code(part):
    assert sum(map(_hold, range(part, 40, 2))) > 45


@pytest.mark.campaign
def test_campaign_of_code():
    count = int(os.environ.get("EINSIGHT_CAMPAIGN", "20000"))
    compared = sum(map(_hold, range(50_000, 50_000 + count)))
    print(f"\n{count} random problems: {compared} functions compared, none wrong")
