"""Random well-formed expressions in matrix notation, with the declarations that they need."""

import random

DECLARE = """
c, t in R; x, a in R^m; y, b in R^n; W, V in R^(n x m); Q in R^(m x m); S in R^(m x m) symmetric; z in R^p; U in R^(p x n)
f : R^m -> R^n; g : R^m -> R
h = tanh(W x + b)
"""
VARIABLES = ["c", "x", "y", "b", "W", "Q", "S", "U"]
VECTORS = {"m": ["x", "a"], "n": ["y", "b", "h"], "p": ["z"]}
MATRICES = {("n", "m"): ["W", "V"], ("m", "m"): ["Q", "S"], ("p", "n"): ["U"]}
DIMS = ["m", "n", "p"]


class Writer:
    """Writes random well-formed expressions in matrix notation."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)()

    def dim(self):
        return self.random.choice(DIMS)

    def scalar(self, depth):
        if depth <= 0:
            return self.random.choice(["c", "t", "2", "3"])
        d, e = self.dim(), self.dim()
        return self.pick(
            lambda: f"{self.row(d, depth - 1)} {self.column(d, depth - 1)}",
            lambda: f"({self.scalar(depth - 1)}) ({self.scalar(depth - 1)})",
            lambda: f"({self.scalar(depth - 1)} {self.random.choice('+-')} {self.scalar(depth - 1)})",
            lambda: f"tr({self.matrix(d, d, depth - 1)})",
            lambda: f"‖{self.column(d, depth - 1)}‖²",
            lambda: f"sum({self.matrix(d, e, depth - 1)})",
            lambda: f"{self.random.choice(['tanh', 'sigmoid', 'sin'])}({self.scalar(depth - 1)})",
            lambda: f"1/(2 + ({self.scalar(depth - 1)})^2)",
            lambda: f"logsumexp({self.column(d, depth - 1)})",
            lambda: f"mean({self.column(d, depth - 1)})",
            lambda: f"logdet({self.definite(d, depth - 1)})",
            lambda: f"g({self.column('m', depth - 1)})",
        )

    def definite(self, d, depth):
        """A square matrix that always has an inverse."""
        matrix = self.matrix(d, self.dim(), depth)
        return f"(I({d}) + {matrix} ({matrix})')"

    def row(self, d, depth):
        return f"({self.column(d, depth)})'"

    def column(self, d, depth):
        if depth <= 0:
            return self.random.choice(VECTORS[d])
        e = self.dim()
        return self.pick(
            lambda: f"{self.matrix(d, e, depth - 1)} {self.column(e, depth - 1)}",
            lambda: f"({self.column(d, depth - 1)} {self.random.choice('+-')} {self.column(d, depth - 1)})",
            lambda: f"(({self.column(d, depth - 1)}) ⊙ ({self.column(d, depth - 1)}))",
            lambda: f"{self.random.choice(['tanh', 'exp', 'softmax'])}({self.column(d, depth - 1)})",
            lambda: f"({self.scalar(depth - 1)}) ({self.column(d, depth - 1)})",
            lambda: f"diag({self.matrix(d, d, depth - 1)})",
            lambda: f"inv({self.definite(d, depth - 1)}) {self.column(d, depth - 1)}",
            lambda: f"f({self.column('m', depth - 1)})" if d == "n" else f"({self.column(d, depth - 1)})^2",
            lambda: f"(({self.column(d, depth - 1)}) ./ (1 + ({self.column(d, 0)})^2))",
        )

    def matrix(self, d, e, depth):
        known = MATRICES.get((d, e), []) + [f"{m}'" for m in MATRICES.get((e, d), [])]
        if depth <= 0:
            return (
                self.random.choice(known)
                if known
                else f"({self.random.choice(VECTORS[d])} {self.random.choice(VECTORS[e])}')"
            )
        f = self.dim()
        return self.pick(
            lambda: f"({self.matrix(d, f, depth - 1)} {self.matrix(f, e, depth - 1)})",
            lambda: f"({self.matrix(d, e, depth - 1)} {self.random.choice('+-')} {self.matrix(d, e, depth - 1)})",
            lambda: f"(({self.matrix(d, e, depth - 1)}) ⊙ ({self.matrix(d, e, depth - 1)}))",
            lambda: f"({self.column(d, depth - 1)} {self.row(e, depth - 1)})",
            lambda: f"sin({self.matrix(d, e, depth - 1)})",
            lambda: f"diag({self.column(d, depth - 1)})" if d == e else f"({self.matrix(d, e, depth - 1)})",
        )

    def problem(self):
        depth = self.random.choice([1, 2, 2, 3])
        expression = self.pick(
            lambda: self.scalar(depth), lambda: self.scalar(depth), lambda: self.column(self.dim(), depth),
            lambda: self.matrix(self.dim(), self.dim(), 1),
        )  # fmt: skip
        return expression, self.random.choice(VARIABLES), self.random.choice(["numerator", "denominator", "mixed"])
