"""Pictures of figures: growth on logarithmic axes, and sorted ratios.  Matplotlib is needed for these alone."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# told apart by those who see fewer colours, too, with a mark and a dash each (Okabe and Ito)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#000000")
MARKS = "osD^vPX*"
GREY = "#888888"


@dataclass(frozen=True)
class Curve:
    """Figures `y` at sizes `x`; a fit `c x^e` is drawn where its `(e, c)` is given, over the sizes that it was made from.

    Curves of one `style` look the same in all panels; without one they are told apart in their order.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    fit: tuple[float, float] | None = None
    fitted: Sequence[float] = ()
    style: int | None = None


@dataclass(frozen=True)
class Panel:
    """One pair of logarithmic axes."""

    title: str
    x: str
    y: str
    curves: Sequence[Curve]


def growth(path: Path, panels: Sequence[Panel], title: str, columns: int = 2) -> None:
    """Panels of curves on logarithmic axes, their exponents in the legends."""
    pyplot = _pyplot()
    rows = -(-len(panels) // columns)
    figure, all_axes = pyplot.subplots(rows, columns, figsize=(5.6 * columns, 4.2 * rows), squeeze=False)
    for axes, panel in zip(all_axes.flat, panels):  # noqa: B905
        for place, curve in enumerate(panel.curves):
            number = place if curve.style is None else curve.style
            colour, mark = COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)]
            label = curve.label + (f"   $n^{{{curve.fit[0]:.2f}}}$" if curve.fit else "")
            axes.plot(curve.x, curve.y, mark + "-", color=colour, label=label, markersize=5, linewidth=1.4)
            if curve.fit:
                exponent, factor = curve.fit
                ends = [min(curve.fitted), max(curve.fitted)]
                axes.plot(ends, [factor * n**exponent for n in ends], "--", color=colour, linewidth=3, alpha=0.3)
        axes.set(xscale="log", yscale="log", title=panel.title, xlabel=panel.x, ylabel=panel.y)
        axes.legend(fontsize=8.5, framealpha=0.85, edgecolor="white")
        _tidy(axes)
        _whole_numbers(axes.xaxis, sorted({n for c in panel.curves for n in c.x}))
    for axes in list(all_axes.flat)[len(panels) :]:
        axes.set_visible(False)
    _save(figure, path, title)


def sorted_ratios(
    path: Path, sets: Mapping[str, Sequence[float]], title: str, ratio: str, what: str, lines: Sequence[float] = (1, 10)
) -> None:
    """Each set of ratios as a rising curve, its median in the legend; above the first of the `lines` is better."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(8.4, 5.0))
    for number, (name, ratios) in enumerate(sets.items()):
        values = sorted(ratios)
        label = f"{name}: median {_times(statistics.median(values))} of {len(values)}"
        axes.plot(
            range(1, len(values) + 1), values, MARKS[number % len(MARKS)] + "-", color=COLOURS[number % len(COLOURS)],
            label=label, markersize=4, linewidth=1.2,
        )  # fmt: skip
    for line in lines:
        axes.axhline(line, color=GREY, linewidth=1.0 if line == 1 else 0.8, linestyle="-" if line == 1 else ":")
        axes.annotate(_times(line), (1, line), xycoords=("axes fraction", "data"), xytext=(4, -3),
                      textcoords="offset points", color=GREY, fontsize=9)  # fmt: skip
    axes.set(yscale="log", xlabel=what, ylabel=ratio)
    legend = axes.legend(loc="upper left", framealpha=1, edgecolor="white", borderpad=0.2)
    legend.set_zorder(3)
    _tidy(axes)
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _times(value)))
    _save(figure, path, title)


def _times(value: float) -> str:
    return f"{value:,.0f}×" if value >= 10 else f"{value:.2g}×"


def _pyplot() -> Any:
    try:
        import matplotlib
    except ImportError:
        raise SystemExit("--plot needs Matplotlib: pip install 'einsight[bench]'") from None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"font.size": 10, "axes.titlesize": 11, "svg.fonttype": "none"})
    return pyplot


def _tidy(axes: Any) -> None:
    axes.grid(True, which="major", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _whole_numbers(axis: Any, sizes: Sequence[float]) -> None:
    """The sizes themselves as ticks, not powers of ten."""
    from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

    axis.set_major_locator(FixedLocator(sizes[:: -(-len(sizes) // 9)]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def _save(figure: Any, path: Path, title: str) -> None:
    figure.suptitle(title, fontsize=12)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
