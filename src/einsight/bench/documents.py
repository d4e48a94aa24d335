"""Documents of any length, as course notes are written: declarations, definitions, claims, queries, comments.

A document is a row of sections, and a section the work on one topic. A section has names of its own (`W12`, `x12`), so
that sections are independent and no text comes twice: a server can neither reuse one section's result for another nor
excuse working all of them out again. The names of dimensions are shared, as people share them. Of the statements some
13 % are declarations, 25 % definitions, 50 % claims and the rest queries; every 20th claim is transposed, every 50th
wrong. All characters are in the basic plane, so that a column is a UTF-16 column.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

TRANSPOSED_EVERY, WRONG_EVERY = 20, 50


@dataclass(frozen=True)
class Line:
    """A line of a document.

    kind      blank, comment, directive, declaration, unused (a declaration with a name that nothing uses), definition,
              shared (a definition that a later line uses), claim or query
    verdicts  what the claims on it are meant to be found, one for each `=`
    """

    text: str
    kind: str
    statements: int = 0
    verdicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topic:
    """What a section is drawn from; `@` stands for its number.

    A claim is followed by what may stand for its right side: `claim | transposed: … | wrong: …`.
    """

    title: str
    declarations: str
    definitions: str
    claims: str
    queries: str


LEAST_SQUARES = Topic(
    "least squares",
    """W@, V@ ∈ ℝ^(n×m)
    x@, a@ ∈ ℝ^m
    y@, b@ ∈ ℝ^n""",
    """z@ = W@ x@ + b@
    h@_i = V@_ij x@_j
    r@ = z@ - y@
    f@ = r@' r@
    g@ := x@' W@' y@
    s@_i = h@_i + z@_i
    o@ = W@' r@""",
    """dz@/dx@ = W@ | transposed: W@' | wrong: W@ + V@
    dz@/db@ = I
    d/dx@ (a@' x@) = a@' | transposed: a@
    df@/dx@ = 2 r@' W@ | transposed: 2 W@' r@ | wrong: r@' W@
    grad(f@, x@) = 2 W@' r@ | wrong: 2 V@' r@
    ∇_{x@} f@ = 2 W@' (W@ x@ + b@ - y@) | wrong: 2 W@' (W@ x@ - b@ - y@)
    df@/dW@ = 2 x@ r@' | transposed: 2 r@ x@'
    hess(f@, x@) = 2 W@' W@
    ∂z@_i/∂x@_j = W@_ij | wrong: V@_ij
    ∂f@/∂x@_j = 2 r@_i W@_ij | wrong: r@_i W@_ij
    ∂f@/∂W@_ij = 2 r@_i x@_j
    ∂s@_i/∂x@_j = V@_ij + W@_ij
    ∂g@/∂x@_j = W@_ij y@_i
    do@/dx@ = W@' W@
    tr(W@' V@) = W@_ij V@_ij
    d/dx@_j (W@_ik x@_k) = W@_ik δ_kj = W@_ij
    d/dx@_i (y@' W@ x@) = ∑_k ∑_j y@_k W@_kj δ_ij = ∑_k y@_k W@_ki = [y@' W@]_i""",
    """dg@/dx@
    ∂²f@/∂x@_i∂x@_j
    V@_ij x@_j + b@_i
    ds@/dx@""",
)
QUADRATIC_FORM = Topic(
    "a quadratic form and its ridge",
    """A@, B@ ∈ ℝ^(m×m)
    S@ ∈ ℝ^(m×m) symmetric
    x@, u@ ∈ ℝ^m""",
    """f@ = x@' A@ x@
    g@ = x@' S@ x@
    v@ = A@ x@ - u@
    w@_i = B@_ij v@_j
    l@ = v@' v@ + 3 x@' x@
    t@ = tr(A@ B@)
    q@ = u@' B@ x@""",
    """df@/dx@ = x@' (A@ + A@') | transposed: (A@ + A@') x@ | wrong: x@' (A@ - A@')
    dg@/dx@ = 2 x@' S@ | transposed: 2 S@ x@ | wrong: x@' S@
    grad(f@, x@) = A@ x@ + A@' x@
    dv@/dx@ = A@ | wrong: A@ B@
    dw@/dx@ = B@ A@ | transposed: A@' B@' | wrong: A@ B@
    dl@/dx@ = 2 v@' A@ + 6 x@' | wrong: 2 v@' A@ + 3 x@'
    dq@/dB@ = x@ u@' | transposed: u@ x@' | wrong: 2 x@ u@'
    dt@/dA@ = B@ | transposed: B@'
    hess(g@, x@) = 2 S@
    (A@ B@)' = B@' A@'
    ∂f@/∂x@_k = x@_i A@_ik + A@_kj x@_j | wrong: x@_i A@_ik
    ∂g@/∂x@_k = 2 S@_kj x@_j
    ∂w@_i/∂x@_k = B@_ij A@_jk
    ∂t@/∂A@_ij = B@_ji
    ∂l@/∂u@_i = -2 v@_i | wrong: 2 v@_i
    ∂f@/∂x@_k = δ_ik A@_ij x@_j + x@_i A@_ij δ_jk = A@_kj x@_j + x@_i A@_ik = [(A@ + A@') x@]_k
    d/dx@ (u@' A@ x@) = u@' A@ = (A@' u@)'""",
    """∂²l@/∂x@_i∂x@_j
    dt@/dB@
    A@_ij B@_jk x@_k
    grad(l@, u@)""",
)
NETWORK = Topic(
    "a network of two layers",
    """W@ ∈ ℝ^(p×m); V@ ∈ ℝ^(n×p)
    x@ ∈ ℝ^m
    y@ ∈ ℝ^n""",
    """z@ = W@ x@
    h@ = tanh(z@)
    o@ = V@ h@
    e@_i = o@_i - y@_i
    f@ = 1/2 e@' e@
    q@ = sigmoid(z@)
    k@ = o@' y@""",
    """dz@/dx@ = W@ | transposed: W@'
    dh@/dz@ = diag(1 - h@ ⊙ h@) | wrong: diag(1 - h@)
    dh@/dx@ = diag(1 - h@ ⊙ h@) W@ | wrong: diag(1 + h@ ⊙ h@) W@
    do@/dh@ = V@ | transposed: V@'
    df@/dh@ = e@' V@ | transposed: V@' e@ | wrong: 2 e@' V@
    grad(f@, h@) = V@' e@
    df@/dV@ = h@ e@' | transposed: e@ h@'
    dq@/dz@ = diag(q@ ⊙ (1 - q@)) | wrong: diag(q@ ⊙ (1 + q@))
    d/dx@ tanh(W@ x@) = diag(1 - tanh(W@ x@)^2) W@
    ∂o@_i/∂h@_j = V@_ij | wrong: 2 V@_ij
    ∂h@_i/∂x@_j = (1 - h@_i^2) W@_ij
    ∂f@/∂V@_ij = e@_i h@_j
    ∂f@/∂e@_i = e@_i | wrong: 2 e@_i
    ∂k@/∂h@_j = y@_i V@_ij
    dk@/dh@ = y@' V@ | transposed: V@' y@ | wrong: 2 y@' V@
    dk@/dy@ = h@' V@' | transposed: V@ h@
    ∂(V@_ik W@_kl x@_l)/∂x@_j = V@_ik W@_kl δ_lj = V@_ik W@_kj = [V@ W@]_ij""",
    """df@/dx@
    ∂f@/∂W@_ij
    V@_ij h@_j
    dq@/dx@""",
)
PRODUCTS = Topic(
    "products in components",
    """F@ ∈ ℝ^(n×m); G@ ∈ ℝ^(m×p)
    u@ ∈ ℝ^n
    v@ ∈ ℝ^p""",
    """P@_ik = F@_ij G@_jk
    D@ = P@ - u@ v@'
    f@ = D@_ij D@_ij
    w@_i = P@_ik v@_k
    k@ := u@' w@
    t@ = tr(F@' F@)
    s@_k = u@_i P@_ik""",
    """P@ = F@ G@ | wrong: 2 F@ G@
    ∂w@_i/∂v@_k = P@_ik
    ∂w@_i/∂v@_l = F@_ij G@_jl | wrong: 2 F@_ij G@_jl
    ∂f@/∂F@_ij = 2 D@_ik G@_jk | wrong: D@_ik G@_jk
    ∂f@/∂G@_jk = 2 F@_ij D@_ik
    ∂P@_ik/∂F@_ab = δ_ia G@_bk
    ∂k@/∂G@_jk = u@_i F@_ij v@_k | wrong: 2 u@_i F@_ij v@_k
    ∂t@/∂F@_ij = 2 F@_ij
    dw@/dv@ = F@ G@ | transposed: G@' F@' | wrong: F@ G@ + u@ v@'
    df@/dF@ = 2 G@ D@' | transposed: 2 D@ G@'
    dk@/dv@ = u@' P@ | transposed: P@' u@
    dt@/dF@ = 2 F@' | transposed: 2 F@ | wrong: F@'
    f@ = tr(D@' D@)
    ∂s@_k/∂u@_i = P@_ik | wrong: 2 P@_ik
    (F@ G@)' = G@' F@'
    ‖D@‖² = tr(D@ D@') | wrong: 2 tr(D@ D@')
    ∂k@/∂v@_l = u@_i P@_ik δ_kl = u@_i P@_il = [P@' u@]_l""",
    """∂f@/∂G@_jk
    dk@/dF@
    F@_ij G@_jk v@_k
    grad(k@, u@)""",
)
TOPICS = (LEAST_SQUARES, QUADRATIC_FORM, NETWORK, PRODUCTS)
COMMENTS = (
    "in components first, then read the matrix off",
    "see the notes of last week",
    "numerator layout throughout",
    "the deltas contract, what is left is the answer",
    "TODO say why",
)


def document(statements: int, seed: int = 0) -> str:
    """A document of so many statements; the same one for the same seed."""
    return "".join(f"{line.text}\n" for line in lines(statements, seed))


def lines(statements: int, seed: int = 0) -> list[Line]:
    """The lines of `document`, each with what it is; the last section ends where the statements are used up."""
    chance = random.Random(seed)
    verdicts = _meant(chance)
    out = [Line("#! layout numerator", "directive")]
    for number in itertools.count(1):
        for line in _section(number, chance.choice(TOPICS), chance, verdicts):
            if not statements:
                return out
            if line.statements <= statements:
                statements -= line.statements
                out.append(line)
    return out


def _meant(chance: random.Random) -> Iterator[str]:
    """What each claim in turn shall be; the places of the first ones are random."""
    transposed, wrong = chance.randrange(TRANSPOSED_EVERY), chance.randrange(WRONG_EVERY)
    for place in itertools.count():
        if place % WRONG_EVERY == wrong:
            yield "wrong"
        else:
            yield "transposed" if place % TRANSPOSED_EVERY == transposed else "right"


def _section(number: int, topic: Topic, chance: random.Random, verdicts: Iterator[str]) -> list[Line]:
    """Blank line, title, declarations, definitions, then claims and queries in any order, with comments between."""

    def read(text: str) -> list[str]:
        return [part.strip().replace("@", str(number)) for part in text.splitlines()]

    declarations = [Line(text, "declaration", 1 + text.count(";")) for text in read(topic.declarations)]
    if number % 4 == 1:
        at = chance.randrange(len(declarations))
        unused = f"spare{number}, {declarations[at].text}"
        declarations[at] = Line(unused, "unused", declarations[at].statements)
    definitions = [Line(text, "definition", 1) for text in read(topic.definitions)]
    work = _claims(read(topic.claims), chance, verdicts)
    work += [Line(text, "query", 1) for text in chance.sample(read(topic.queries), 3)]
    work += [Line(f"# {chance.choice(COMMENTS)}", "comment") for _ in range(3)]
    chance.shuffle(work)
    title = Line(f"# {number}. {topic.title}", "comment")
    return [Line("", "blank"), title, *declarations, *_shared([*definitions, *work])]


def _claims(texts: list[str], chance: random.Random, verdicts: Iterator[str]) -> list[Line]:
    """Fourteen claims, two of them on one line."""
    chance.shuffle(texts)
    made: list[Line] = []
    # first those that not every claim can be
    for wanted in sorted(itertools.islice(verdicts, 14), key=lambda v: v == "right"):
        text = next(t for t in texts if wanted == "right" or f"| {wanted}: " in t)
        texts.remove(text)
        claim, *others = text.split(" | ")
        left, right = claim.split(" = ", 1)
        for other in others:
            if other.startswith(f"{wanted}: "):
                right = other.removeprefix(f"{wanted}: ")
        made.append(Line(f"{left} = {right}", "claim", 1, (wanted,) * (1 + right.count(" = "))))
    last, first = made.pop(), made.pop()
    joined = Line(f"{first.text}; {last.text}", "claim", 2, first.verdicts + last.verdicts)
    return [*made, joined]


def _shared(section: list[Line]) -> list[Line]:
    """The definitions that another line uses marked as such."""
    out = []
    for place, line in enumerate(section):
        name = line.text.partition(" ")[0].partition("_")[0]
        used = line.kind == "definition" and any(name in other.text for other in section[place + 1 :])
        out.append(Line(line.text, "shared", 1) if used else line)
    return out
