"""A derivation, problem by problem: einsight, SymPy, tensorgrad and Cadabra in turns, each answer held to differences.

Warm: each program has been used, but the names are new each time, so that nothing of the problem is remembered.  einsight's time
is that of a call, from text to the index form; `matrix` is that with the matrix form, which is read back, and `again` the whole once
more in the same names.  Of the others only the derivation counts, with building its input and simplifying where their pages do,
without printing.  A peer is asked what can be expressed in it.  Of SymPy's routes the fastest that is correct counts, but for that
which leaves the deltas under the sums, and so is no derivation yet; what it takes is told beside, and so is the ratio to the
routes that end in matrices or components, since array expressions are not written by anybody.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import plots, worker_cadabra
from .problems import PROBLEMS, Problem, agrees
from .table import Row, percentile, sampled
from .workers import Worker, module

NAMES = {"einsight": "einsight", "sympy": "SymPy", "tensorgrad": "tensorgrad", "cadabra": "Cadabra"}
PEERS = tuple(NAMES)[1:]
FINISHED = ("matrix", "indexed")  # routes of SymPy that end in a form which a person would write
UNFINISHED = "deltas"
SEED = 1
PATIENCE = 60.0  # seconds that one question may take


@dataclass(frozen=True)
class Settings:
    """Which problems and peers; `rounds` of each in each of some `turns`, within `limit` seconds a turn."""

    problems: tuple[str, ...] = tuple(p.name for p in PROBLEMS)
    peers: tuple[str, ...] = PEERS
    rounds: int = 5
    turns: int = 3
    limit: float = 1.0
    shares: bool = False


@dataclass
class Outcome:
    """What came of one problem in one program, or one route of it: correct, wrong, cannot, late or missing."""

    verdict: str = "cannot"
    why: str = ""
    route: str = ""
    seconds: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)  # with the matrix form
    again: list[float] = field(default_factory=list)
    text: str = ""

    @property
    def median(self) -> float:
        return percentile(self.seconds, 0.5) if self.seconds else float("inf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="every fifth problem, three rounds, one turn")
    parser.add_argument("--only", action="append", metavar="PROBLEM", help="a problem or a family; may be given again")
    parser.add_argument("--peers", metavar="NAME,...", help=f"some of {', '.join(PEERS)}; `none` for einsight alone")
    parser.add_argument("--rounds", type=int, metavar="N")
    parser.add_argument("--turns", type=int, metavar="N")
    parser.add_argument("--limit", type=float, metavar="SECONDS")
    parser.add_argument("--shares", action="store_true", help="how einsight's time is shared out among its stages, too")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="the sorted ratios, as SVG or PNG")


def settings(given: argparse.Namespace) -> Settings:
    problems = [p.name for p in PROBLEMS if not given.only or {p.name, p.family} & set(given.only)]
    chosen: dict[str, Any] = {"problems": tuple(problems[::5] if given.quick and not given.only else problems)}
    if given.quick:
        chosen |= {"rounds": 3, "turns": 1}
    if given.peers:
        chosen["peers"] = tuple(p for p in PEERS if p in given.peers.split(","))
    chosen |= {k: v for k in ("rounds", "turns", "limit", "shares") if (v := getattr(given, k))}
    return Settings(**chosen)


def run(wanted: Settings) -> list[Row]:
    workers = {name: module(f"worker_{name}") for name in ("einsight", *wanted.peers) if name != "cadabra"}
    if "cadabra" in wanted.peers:
        workers["cadabra"] = Worker(worker_cadabra.command())
    problems = [p for p in PROBLEMS if p.name in wanted.problems]
    found: dict[str, dict[str, list[Outcome]]] = {}
    try:
        versions = {name: worker.start() for name, worker in workers.items()}
        for number, problem in enumerate(problems):
            found[problem.name] = _measured(problem, number, workers, wanted)
            if sys.stderr.isatty():
                end = "\n" if number + 1 == len(problems) else ""
                print(f"\r{number + 1} of {len(problems)} problems", end=end, file=sys.stderr, flush=True)
        shares = _shares(problems, workers["einsight"], wanted) if wanted.shares else []
    finally:
        for worker in workers.values():
            worker.kill()
    rows = [row for p in problems for row in _rows(p, found[p.name])]
    return rows + list(_summary(found, versions)) + shares


def _measured(problem: Problem, number: int, workers: dict[str, Worker], wanted: Settings) -> dict[str, list[Outcome]]:
    """The outcomes of each program, one for each of its routes, the best first."""
    point = problem.point(SEED)
    truth = problem.reference(point)
    outcomes: dict[str, dict[str, Outcome]] = defaultdict(dict)
    for turn in range(wanted.turns):
        for program, worker in workers.items():
            known = outcomes[program]
            if turn and not any(o.verdict == "correct" for o in known.values()):
                continue  # it will not be better
            question = {
                "task": "derive",
                "mark": f"{turn}{number:02}",
                "rounds": wanted.rounds + (not turn),  # the first of all is not counted: it may import something
                "limit": wanted.limit,
                **_question(program, problem),
            }
            if not turn:
                question["point"] = {name: value.tolist() for name, value in point.items()}
            else:
                question["routes"] = [route for route, o in known.items() if o.verdict == "correct"]
            answer = worker.ask(question, PATIENCE)
            for route, one in answer.get("routes", {"": answer}).items():
                outcome = known.setdefault(route, Outcome(route=route))
                for kept, seconds in ((outcome.seconds, one.get("seconds", [])), (outcome.whole, one.get("whole", []))):
                    kept += seconds[1:] if not turn and len(seconds) > 1 else seconds
                outcome.again += one.get("again", [])
                if not turn:
                    outcome.text = one.get("text", "")
                    outcome.verdict, outcome.why = _judged(program, problem, one, truth, point)
            if not known:
                known[""] = Outcome(why="not expressed in it")
    order = ("correct", "wrong", "late", "cannot", "missing")

    def place(outcome: Outcome) -> tuple[bool, int, float]:
        return outcome.route == UNFINISHED, order.index(outcome.verdict), outcome.median

    return {program: sorted(known.values(), key=place) for program, known in outcomes.items()}


def _question(program: str, problem: Problem) -> dict[str, Any]:
    if program == "einsight":
        expression, variables, declare = problem.fresh("@")
        return {"expression": expression, "wrt": variables, "declare": declare}
    if program == "cadabra":
        symmetric = [words.split()[0] for words in problem.arrays if "symmetric" in words]
        ranks = [(v, len(problem.shapes[v])) for v in problem.variables]
        return {"name": problem.name, "variables": ranks, "symmetric": symmetric}
    return {"name": problem.name}


def _judged(
    program: str, problem: Problem, answer: dict[str, Any], truth: Any, point: dict[str, Any]
) -> tuple[str, str]:
    """The verdict on an answer, and why."""
    if "missing" in answer:
        return "missing", answer["missing"]
    if "seconds" not in answer:
        return ("late" if answer.get("late") else "cannot"), answer.get("cannot") or answer.get("error", "")
    try:
        value = _cadabra_value(problem, answer["text"], truth, point) if program == "cadabra" else answer.get("answer")
    except (ValueError, KeyError, IndexError) as error:
        value, answer = None, {**answer, "unknown": str(error)}
    if value is None:
        return "cannot", f"gives what has no value: {answer.get('unknown')}"
    return (
        ("correct", "") if agrees(value, truth, len(problem.variables)) else ("wrong", f"gives {answer['text'][:60]}")
    )


def _cadabra_value(problem: Problem, text: str, truth: Any, point: dict[str, Any]) -> Any:
    indices = worker_cadabra.TEXTS[problem.name][1] + worker_cadabra.places(
        [len(problem.shapes[v]) for v in problem.variables]
    )
    return worker_cadabra.value(text, point, dict(zip(indices, truth.shape, strict=True)))


def _rows(problem: Problem, outcomes: dict[str, list[Outcome]]) -> Iterator[Row]:
    for program, (best, *others) in outcomes.items():
        title, group = f"{problem.name}, {NAMES[program]}", f"{problem.family}"
        said = [best.route] if best.route else []
        if best.verdict != "correct":
            said.append(f"{best.verdict}: {best.why}" if best.why else best.verdict)
        said += [f"{o.route} {1000 * o.median:.1f} ms" for o in others if o.verdict == "correct"]
        said += [f"{o.route} {o.verdict}" for o in others if o.verdict == "wrong"]
        shown = best.seconds if best.verdict in ("correct", "wrong") else []
        yield sampled(f"{program}.{problem.name}", None, group, title, shown, ", ".join(said))
        if best.whole:
            yield sampled(f"matrix.{problem.name}", None, group, f"{problem.name}, with the matrix form", best.whole)
        if best.again:
            yield sampled(f"again.{problem.name}", None, group, f"{problem.name}, the whole again", best.again)


def _summary(found: dict[str, dict[str, list[Outcome]]], versions: dict[str, dict[str, Any]]) -> Iterator[Row]:
    own = {name: outcomes["einsight"][0] for name, outcomes in found.items()}
    medians = [o.median for o in own.values() if o.seconds]
    group = "all problems"
    yield sampled("all.einsight", None, group, "einsight, of the problems' medians", medians)
    whole = [percentile(o.whole, 0.5) for o in own.values() if o.whole]
    yield sampled("all.matrix", None, group, "einsight, with the matrix form", whole)
    again = [percentile(o.again, 0.5) for o in own.values() if o.again]
    yield sampled("all.again", None, group, "einsight, the whole again", again)
    for program in next(iter(found.values())):
        best = {name: outcomes[program][0] for name, outcomes in found.items()}
        count = {
            v: [n for n, o in best.items() if o.verdict == v] for v in ("correct", "wrong", "late", "cannot", "missing")
        }
        about = versions[program]
        said = [f"version {about.get('version')}"] if "version" in about else ["not installed"]
        said += [f"{len(count[v])} {v}" for v in ("wrong", "late", "cannot") if count[v]]
        if count["wrong"]:
            said.append("wrong in " + ", ".join(count["wrong"]))
        correct, total = len(count["correct"]), len(best)
        yield Row(
            f"correct.{program}", None, "correct answers", f"{NAMES[program]}, of {total}", "problems", total, correct,
            note=", ".join(said),
        )  # fmt: skip
    for program in next(iter(found.values())):
        if program == "einsight":
            continue
        yield _ratio(program, "", found, own, lambda o: o.route != UNFINISHED)
        if program == "sympy":
            yield _ratio(program, "in a finished form", found, own, lambda o: o.route in FINISHED)
            yield _ratio(program, "with deltas left", found, own, lambda o: o.route == UNFINISHED)


def _ratio(program: str, what: str, found: Any, own: dict[str, Outcome], counts: Any) -> Row:
    """How many times as long a peer takes, where both are correct."""
    ratios, whole = [], []
    for name, outcomes in found.items():
        correct = [o for o in outcomes[program] if o.verdict == "correct" and counts(o)]
        if correct and own[name].verdict == "correct":
            fastest = min(o.median for o in correct)
            ratios.append(fastest / own[name].median)
            whole.append(fastest / percentile(own[name].whole, 0.5))
    title, measure = NAMES[program] + (f" {what}" if what else ""), ".".join(["ratio", program, *what.split()])
    group = "times as long as einsight, the median of the problems that both do"
    if not ratios:
        return Row(measure, None, group, title, "×", note="nothing to compare")
    quicker = sum(r > 1 for r in ratios)
    note = f"{min(ratios):.2f} to {max(ratios):,.2f}; einsight is quicker in {quicker} of {len(ratios)}"
    note += f"; {statistics.median(whole):.2f}× with the matrix form"
    return Row(measure, None, group, title, "×", len(ratios), statistics.median(ratios), note=note)


def _shares(problems: Sequence[Problem], worker: Worker, wanted: Settings) -> list[Row]:
    """The stages of einsight: the median of their shares, and milliseconds of a derivation, on average."""
    shares: dict[str, list[float]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    for number, problem in enumerate(problems):
        question = {
            "task": "shares", "mark": f"8{number:02}", "rounds": wanted.rounds, "limit": wanted.limit,
            **_question("einsight", problem),
        }  # fmt: skip
        answer = worker.ask(question, PATIENCE)
        for stage, seconds in answer.get("stages", {}).items():
            shares[stage].append(100 * seconds / sum(answer["stages"].values()))
            spent[stage] += seconds / answer["rounds"]
    total, group = sum(spent.values()), "stages of einsight, percent of a derivation, the median of the problems"
    return [
        Row(
            f"share.{stage}", None, group, stage, "%", len(shares[stage]), statistics.median(shares[stage]),
            note=f"{100 * spent[stage] / total:.1f} % of all the time, {1000 * spent[stage] / len(problems):.2f} ms on average",
        )
        for stage in sorted(shares, key=lambda s: -spent[s])
    ]  # fmt: skip


def text(rows: Sequence[Row]) -> str:
    """A line for each problem, a column for each program; then what is said of all of them."""
    cells: dict[str, dict[str, Row]] = defaultdict(dict)
    families: dict[str, str] = {}
    rest = []
    for row in rows:
        program, _, name = row.measure.partition(".")
        if program in (*NAMES, "matrix", "again"):
            cells[name][program] = row
            families[name] = row.group
        else:
            rest.append(row)
    programs = [p for p in NAMES if any(p in row for row in cells.values())]
    header = f"{'median, ms':42}" + "".join(
        f"{NAMES[p]:>11}" + ("   p95 matrix  again" * (p == "einsight")) for p in programs
    )
    out, family = [header], ""
    if "sympy" in programs:
        out.append("SymPy by the fastest correct route: m matrix, a array expression, i indexed components")
    for name, by in cells.items():
        if families[name] != family:
            family = families[name]
            out.append(f"  {family}")
        out.append(_line(name, by, programs))
    group = ""
    for row in rest:
        if row.group != group:
            group = row.group
            out += ["", f"  {group}"]
        figures = "".join(f"{v:>10.2f}" for v in (row.p50, row.p95) if v is not None)
        out.append(f"    {row.title:38}{figures} {row.unit}  {row.note}".rstrip())
    return "\n".join(out) + "\n"


def _line(name: str, by: dict[str, Row], programs: Sequence[str]) -> str:
    figures = f"    {name:38}"
    for program in programs:
        row = by[program]
        verdict = next((v for v in ("wrong", "late", "cannot", "missing") if f"{v}:" in row.note or row.note == v), "")
        shown = {"missing": "-", "": f"{row.p50 or 0:.2f}"}.get(verdict, verdict)
        if program == "sympy":
            shown += f" {row.note[:1] if not verdict else ' '}"
        figures += f"{shown:>11}"
        if program == "einsight":
            figures += f"{row.p95 or 0:>6.1f}"
            figures += "".join(f"{cell.p50:>7.2f}" for cell in (by["matrix"], by["again"]) if cell.p50 is not None)
    return figures.rstrip()


def plot(rows: Sequence[Row], path: Path) -> None:
    """For each peer, its times over those of einsight, sorted."""
    times = {row.measure: row.p50 for row in rows if row.unit == "ms" and row.p50}
    correct = {row.measure for row in rows if row.unit == "ms" and not any(w in row.note for w in ("wrong:", "cannot"))}
    sets = {}
    for peer in PEERS:
        found = {
            name.partition(".")[2]: value
            for name, value in times.items()
            if name in correct and name.startswith(peer + ".")
        }
        ratios = [v / times[f"einsight.{n}"] for n, v in found.items() if v and f"einsight.{n}" in correct & set(times)]
        if ratios:
            sets[NAMES[peer]] = ratios
    plots.sorted_ratios(
        path, sets, title="Derivation of one problem, warm: time of each peer over that of einsight",
        ratio="times as long as einsight", what="problems, sorted",
    )  # fmt: skip
