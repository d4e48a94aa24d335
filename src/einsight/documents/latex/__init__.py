"""LaTeX formulas as statements of the language, each character with its place in the source.

tokens.py   commands, characters, groups, with their spans
macros.py   what `\\newcommand` and `\\def` of a page define, and expansion that keeps places
reader.py   one formula: environments and rows to statements, names, sub- and superscripts, fractions, derivatives
"""
