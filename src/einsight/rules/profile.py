"""What each rule costs: how often it is tried, how often it fires, how long that takes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from ..terms.term import Term
from .catalogue import Catalogue
from .rule import Rule


@dataclass
class Count:
    """Of one rule; `seconds` are all that passed in it, those of rules that it applies itself among them."""

    source: str
    tries: int = 0
    hits: int = 0
    seconds: float = 0.0


@dataclass
class Profile:
    """Counts by rule, from `watch` on."""

    counts: dict[str, Count] = field(default_factory=dict)

    def watch(self, catalogue: Catalogue) -> None:
        """Have the rules of a catalogue counted."""
        catalogue.exchange_rules({i: self._counted(rule) for i, rule in catalogue.rules.items()})

    def _counted(self, rule: Rule) -> Rule:
        count = self.counts[rule.id] = Count(rule.source)
        own = rule.apply

        def apply(term: Term) -> Term | None:
            count.tries += 1
            began = time.perf_counter()
            new = own(term)
            count.seconds += time.perf_counter() - began
            count.hits += new is not None and new is not term
            return new

        return replace(rule, apply=apply)

    def table(self) -> list[str]:
        """A line for each rule that was tried, the costliest first."""
        tried = sorted(((i, c) for i, c in self.counts.items() if c.tries), key=lambda pair: -pair[1].seconds)
        rows = [("rule", "from", "tries", "hits", "ms")]
        rows += [(i, c.source, str(c.tries), str(c.hits), f"{c.seconds * 1000:.2f}") for i, c in tried]
        widths = [max(len(row[k]) for row in rows) for k in range(5)]
        return [
            f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  "
            + "  ".join(f"{t:>{w}}" for t, w in zip(row[2:], widths[2:], strict=True))
            for row in rows
        ]
