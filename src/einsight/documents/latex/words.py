"""What the commands of LaTeX are: letters, signs, fonts, functions, and what a formula can do without."""

from __future__ import annotations

LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "varepsilon": "ε", "vartheta": "θ", "varphi": "φ", "varrho": "ρ", "varsigma": "σ", "ell": "ℓ", "imath": "i", "jmath": "j",
    "varGamma": "Γ", "varSigma": "Σ", "varTheta": "Θ", "varPhi": "Φ", "varPsi": "Ψ", "varOmega": "Ω", "varLambda": "Λ",
}  # fmt: skip
# how a letter is set in type says nothing about which name it is
TYPEFACES = frozenset({
    "mathbf", "boldsymbol", "bm", "bold", "textbf", "mathrm", "mathit", "mathsf", "mathtt", "mathcal", "mathscr", "vec", "mathbfit", "symbf",
    "symbfit", "pmb", "mathfrak", "textit", "textrm", "textsf", "texttt", "vb", "va", "mathnormal", "mathbfsf", "underline", "overrightarrow",
})  # fmt: skip
# nor does what is around it
FONTS = TYPEFACES | {
    "mathop",
    "mathbin",
    "mathrel",
    "mathord",
    "boxed",
    "hbox",
    "fbox",
    "ensuremath",
    "smash",
    "mathstrut",
}
UPRIGHT = frozenset({"mathrm", "mathop", "mathsf", "mathtt", "textrm", "textsf", "operatorname", "text"})
ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
           "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306"}  # fmt: skip
FUNCTIONS = frozenset({
    "exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "det", "max", "min", "tr", "Tr", "trace", "diag", "vec",
    "logdet", "softmax", "sigmoid", "relu", "ReLU", "sign", "sgn", "erf", "norm", "arcsin", "arccos", "arctan", "softplus",
    "logsumexp", "Diag", "gelu", "GELU", "silu", "SiLU", "abs", "sqrt", "mean", "sum", "TR", "Det", "Vec",
    "sec", "csc", "cot", "sech", "csch", "coth", "argmin", "argmax", "sym", "Sym", "skew", "Skew", "adj", "Adj", "adjugate", "cof", "Cof",
})  # fmt: skip
RENAMED = {
    "Tr": "tr", "TR": "tr", "trace": "tr", "ReLU": "relu", "sgn": "sign", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "Diag": "diag",
    "GELU": "gelu", "SiLU": "silu", "Det": "det", "Vec": "vec", "ln": "log", "Sym": "sym", "Skew": "skew", "Adj": "adj", "adjugate": "adj",
    "Cof": "cof",
}  # fmt: skip
# those that run along an index, which stands below them
ALONG_AN_INDEX = frozenset({"softmax", "logsumexp", "max", "min", "mean", "log_softmax", "argmin", "argmax"})
# of which what stands below may be what is chosen: `\\min_{w, b}`
EXTREMES = frozenset({"max", "min", "argmin", "argmax"})
INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan"}
# of these, the command itself is the function; others want \operatorname, \mathrm, \text or a macro
FUNCTION_COMMANDS = frozenset({
    "exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "det", "max", "min", "arcsin", "arccos", "arctan", "tr", "Tr", "diag",
    "argmin", "argmax", "trace", "sgn", "sign", "softmax", "relu", "ReLU", "Diag", "erf", "sec", "csc", "cot", "coth",
})  # fmt: skip
SIGNS = {
    "cdot": "·", "times": "×", "odot": "⊙", "circ": "⊙", "otimes": "⊗", "in": "∈", "to": "→", "rightarrow": "→", "mapsto": "↦",
    "neq": "≠", "ne": "≠", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "|": "‖", "lVert": "‖", "rVert": "‖", "Vert": "‖",
    "lvert": "|", "rvert": "|", "vert": "|", "coloneqq": ":=", "triangleq": ":=", "doteq": ":=", "ast": "*", "mid": "|", "colon": ":",
    "coloneq": ":=", "equiv": "=", "lt": "<", "gt": ">", "leqslant": "≤", "geqslant": "≥", "partial": "∂", "nabla": "∇", "sum": "∑",
    "longrightarrow": "→", "longmapsto": "↦", "hadamard": "⊙", "bullet": "·", "eqqcolon": "=", "prime": "′", "oslash": "./", "prod": "∏",
}  # fmt: skip
OPENINGS = {"lbrack": "[", "{": "{", "lbrace": "{", "langle": "⟨", "lparen": "("}
CLOSINGS = {"rbrack": "]", "}": "}", "rbrace": "}", "rangle": "⟩", "rparen": ")"}
DOTS = frozenset({"dots", "cdots", "ldots", "vdots", "ddots", "dotsc", "dotsb", "hdots", "dotsm"})
TAKES_ONE = FONTS | frozenset(ACCENTS) | {
    "operatorname", "text", "mbox", "intertext", "shortintertext", "mathbb", "mathds", "mathbbm", "underbrace", "overbrace", "substack",
    "textnormal", "cancel", "xrightarrow", "emph", "sqrt",
}  # fmt: skip
TAKES_TWO = frozenset(
    {
        "frac",
        "dfrac",
        "tfrac",
        "cfrac",
        "textcolor",
        "colorbox",
        "stackrel",
        "overset",
        "underset",
        "binom",
        "nicefrac",
        "sfrac",
    }
)
# commands whose argument is words, not a formula
TEXTS = frozenset(
    {
        "text",
        "mbox",
        "textrm",
        "intertext",
        "shortintertext",
        "textnormal",
        "hbox",
        "textsf",
        "texttt",
        "emph",
        "textit",
        "textbf",
    }
)
SKIPPED = frozenset({
    ",", ";", ":", "!", " ", "/", ">", "thinspace", "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber",
    "notag", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "biggl", "biggr", "Biggl",
    "Biggr", "rm", "bf", "it", "sf", "boldmath", "hfill", "centering", "enspace", "strut", "allowbreak", "noindent", "scriptscriptstyle",
    "bigm", "Bigm", "mathstrut", "relax", "negthinspace", "medspace", "thickspace", "negmedspace", "unboldmath", "normalsize", "small",
    "hline", "hfil", "protect", "bfseries", "rmfamily", "break", "smallskip", "medskip", "bigskip", "null", "ignorespaces", "cal", "em",
})  # fmt: skip
SIDES = frozenset({"left", "right", "middle"})  # the sign behind may be `.`, which is none
DROPPED_WITH_ARGUMENT = frozenset({
    "tag", "label", "hspace", "vspace", "phantom", "vphantom", "hphantom", "color", "eqref", "ref", "tag*", "eqlabel",
    "hspace*", "vspace*", "mspace", "cite", "footnote", "footnotemark", "index", "qedhere", "raisebox", "href", "cref",
})  # fmt: skip
# commands of LaTeX that are known, and mean nothing that the language says; any other is a name that a package gives
MEANS_ELSE = frozenset(
    {
        "int",
        "iint",
        "iiint",
        "oint",
        "coprod",
        "lim",
        "limsup",
        "liminf",
        "sup",
        "inf",
        "arg",
        "argmax",
        "argmin",
        "approx",
        "sim",
        "simeq",
        "cong",
        "propto",
        "cap",
        "cup",
        "subset",
        "subseteq",
        "supset",
        "supseteq",
        "setminus",
        "emptyset",
        "forall",
        "exists",
        "infty",
        "gg",
        "ll",
        "pm",
        "mp",
        "div",
        "star",
        "dagger",
        "ddagger",
        "wedge",
        "vee",
        "neg",
        "land",
        "lor",
        "perp",
        "parallel",
        "oplus",
        "ominus",
        "succ",
        "prec",
        "succeq",
        "preceq",
        "succcurlyeq",
        "preccurlyeq",
        "dim",
        "ker",
        "rank",
        "Pr",
        "gcd",
        "hom",
        "deg",
        "sec",
        "csc",
        "cot",
        "coth",
        "lg",
        "notin",
        "ni",
        "gets",
        "leftarrow",
        "uparrow",
        "downarrow",
        "leftrightarrow",
        "angle",
        "triangle",
        "Re",
        "Im",
        "wp",
        "aleph",
        "hbar",
        "mod",
        "bmod",
        "pmod",
        "not",
        "nmid",
        "atop",
        "over",
        "choose",
        "above",
        "lceil",
        "rceil",
        "lfloor",
        "rfloor",
        "bigcup",
        "bigcap",
        "bigoplus",
        "bigotimes",
        "asymp",
        "models",
        "vdash",
        "top",
        "bot",
        "square",
        "blacksquare",
        "diamond",
        "ltimes",
        "rtimes",
        "E",
        "P",
        "Var",
        "Cov",
        "KL",
        "Span",
        "span",
        "item",
        "par",
        "section",
        "subsection",
        "paragraph",
        "cdotp",
        "sharp",
        "flat",
        "natural",
        "colon",
        "hookrightarrow",
        "hat",
        "widehat",
        "bar",
        "tilde",
        "dot",
        "cases",
        "hdotsfor",
        "verb",
        "verb*",
        "ast",
        "sum",
        "operatorname",
        "argsort",
        "given",
        "gtrsim",
        "lesssim",
        "ngtr",
        "nless",
        "stackrel",
        "bowtie",
        "amalg",
    }
)
GAPS = frozenset({"quad", "qquad"})
# what stands between two formulas, each of which is a statement
ARROWS = frozenset({"implies", "Rightarrow", "Longrightarrow", "iff", "Leftrightarrow", "Longleftrightarrow", "therefore", "Leftarrow",
                    "impliedby", "because", "leadsto", "rightsquigarrow"})  # fmt: skip
# environments whose rows are statements, and those that write an array out
ROWS = frozenset({
    "equation", "align", "aligned", "gather", "gathered", "eqnarray", "split", "multline", "alignat", "alignedat", "flalign",
    "math", "displaymath", "dmath", "alns", "subequations", "multlined", "lgathered", "rgathered",
})  # fmt: skip
ARRAYS = frozenset(
    {
        "matrix",
        "bmatrix",
        "pmatrix",
        "Bmatrix",
        "vmatrix",
        "Vmatrix",
        "smallmatrix",
        "array",
        "bsmallmatrix",
        "psmallmatrix",
    }
)
CASES = frozenset({"cases", "dcases", "rcases"})
# macros that people load with a package or keep in a file of their own, where a page does not define them: they count where all of
# their arguments are in braces
PACKAGES = r"""
\newcommand{\norm}[1]{\lVert #1 \rVert} \newcommand{\abs}[1]{\lvert #1 \rvert} \newcommand{\pdv}[2]{\frac{\partial #1}{\partial #2}}
\newcommand{\dv}[2]{\frac{d #1}{d #2}} \newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}} \newcommand{\pderiv}[2]{\frac{\partial #1}{\partial #2}}
\newcommand{\R}{\mathbb{R}} \newcommand{\Reals}{\mathbb{R}} \newcommand{\reals}{\mathbb{R}} \newcommand{\RR}{\mathbb{R}}
\newcommand{\d}{\mathrm{d}} \newcommand{\dif}{\mathrm{d}} \newcommand{\ud}{\mathrm{d}} \newcommand{\diff}{\mathrm{d}} \newcommand{\dd}{\mathrm{d}}
\newcommand{\inner}[2]{\langle #1, #2 \rangle} \newcommand{\inv}[1]{#1^{-1}}
"""
