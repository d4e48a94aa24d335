"""The verdicts on all values that are returned, with one set of shapes."""

from __future__ import annotations

from dataclasses import replace

from ..terms import build
from .module import Module
from .pairs import Pair
from .results import Result
from .runs import Claimed, Nonconforming, Paths, Unreadable
from .values import Array
from .verdicts import Judge, sizes_of


def judged_way(module: Module, pair: Pair, paths: Paths, lightly: bool = False) -> list[Result]:
    """The verdicts on what is claimed, in its order.  Raises Unreadable.

    lightly   is only asked whether each is right?  Then any other is `wrong`
    """
    results: list[Result] = []
    if paths.output.open:
        raise Unreadable(f"`{pair.name}` is not read: {paths.output.why or 'something in it'}")
    for claimed in (_reduced(pair, paths, c) for c in paths.claimed):
        if claimed.value.open:
            raise Unreadable(
                f"the shape of what it returns is not known ({claimed.value.why})"
                if claimed.value.why
                else "the shape of what it returns is not known"
            )
        if claimed.parameter != "?":
            if claimed.parameter and claimed.parameter not in paths.parameters:
                raise Unreadable(f"`{claimed.parameter}` is no array that is differentiated in")
            result = Judge(module, pair, paths, claimed, claimed.parameter, lightly).result()
            results.append(replace(result, guessed=True) if claimed.guessed else result)
            continue
        results.append(_of_any(module, pair, paths, claimed, lightly))
    return results


def _reduced(pair: Pair, paths: Paths, claimed: Claimed) -> Claimed:
    """PyTorch sums what `backward` returns over the axes along which the argument was broadcast."""
    value, known = claimed.value, paths.parameters.get(claimed.parameter)
    if pair.kind != "autograd" or known is None or value.open:
        return claimed
    wanted = known[1].axes
    more = value.rank - len(wanted)
    if more < 0 or not all(
        not w or sizes_of([a]) == sizes_of([w]) for a, w in zip(value.axes[more:], wanted, strict=True)
    ):
        return claimed
    own = [a if w else () for a, w in zip(value.axes[more:], wanted, strict=True)]
    gone = [i for a in value.axes[:more] for i in a] + [
        i for a, w in zip(value.axes[more:], own, strict=True) if not w for i in a
    ]
    term = build.product([value.term], gone) if value.term is not None and gone else value.term
    return replace(claimed, value=Array(tuple(own), False, term, value.why)) if gone or more else claimed


def _of_any(module: Module, pair: Pair, paths: Paths, claimed: Claimed, lightly: bool = False) -> Result:
    """A value that may be the derivative in any argument: right if it is that in one, else told of the first that it fits."""
    names = [n for n in paths.parameters if not n.startswith("self.")]
    tried = [Judge(module, pair, paths, claimed, name, lightly) for name in names]
    fitting = [j for j in tried if j.fits()]
    if claimed.fitting and not fitting:
        raise Unreadable("it has the shape of no argument")
    results, flat = list[Result](), list[Result]()
    if len(fitting) > 1 and not lightly:  # what it is for is asked first, and the rest only where it is for none
        fitting = sorted(fitting, key=lambda j: not j.is_right())
    for judge in fitting:
        result = judge.result()
        if result.verdict == "right":
            return result
        (flat if judge.is_flat else results).append(result)
    if flat and not results and set(names) & paths.free - {j.parameter for j in fitting}:
        raise Nonconforming  # nobody writes a derivative in what nothing depends on but conditions
    results = results or flat
    if claimed.fitting and len(results) > 1:
        words = "nothing says for which argument it is"
        return Result(claimed.node, results[0].parameter, "undecided", words=words)
    if results:
        undecided = [r for r in results if r.verdict == "undecided"]
        if undecided or len(results) == 1:
            return (undecided or results)[0]
        return replace(results[0], among=tuple(results))
    if not tried:
        raise Unreadable("it has no argument")
    return tried[0].result()
