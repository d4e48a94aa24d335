"""Text to tree with positions.  Knows no mathematics and never raises: returns (tree, problems).

statements.py  where statements begin and end, comments, directives
parse.py       one statement through the Lark grammar, memoised by its text
bars.py        `|` and `‖`: opening or closing
mistakes.py    labelled malformed examples, from which a syntax error gets its words
subscripts.py  what stands in `_ij`, `_{i+k-1}`, `[row, col]`
quotients.py   which factors of a row are one derivative, `∂y/∂x`
postfixes.py   what belongs to the brackets of `A(x)'` where `A` is no function
finding.py     which nodes stand at an offset
tree.py        the nodes
"""
