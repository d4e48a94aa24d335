"""A call that stands in a formula twice gets a name behind `where`."""

from __future__ import annotations

import re

_CALL = re.compile(r"[a-z]+\((?:[^()]|\([^()]*\))*\)")
NAMES_FOR_REPEATED = {"softmax": "s", "sigmoid": "s", "tanh": "t", "exp": "e"}


def name_repeated(text: str) -> str:
    """`s (1 - s) where s = sigmoid(z)`: a call that stands there twice gets a name."""
    calls = _CALL.findall(text)
    used = set(re.findall(r"[^\W\d_][^\W_]*", text))
    bindings: list[str] = []
    for call in sorted({c for c in calls if calls.count(c) > 1 and len(c) > 7}, key=lambda c: (-len(c), c)):
        if text.count(call) < 2:
            continue
        head = call.split("(")[0]
        if head not in NAMES_FOR_REPEATED:
            continue
        name = next((n for n in (NAMES_FOR_REPEATED[head], *"spqhg") if n not in used), None)
        if name is None:
            continue
        used.add(name)
        text = re.sub(rf"diag\({re.escape(name)}\)", f"diag({name})", text.replace(call, name))
        bindings.append(f"{name} = {call}")
    return text + (f" where {', '.join(bindings)}" if bindings else "")
