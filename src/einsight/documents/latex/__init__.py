"""LaTeX formulas as statements of the language, each character with its place in the source.

tokens.py       commands, characters, groups, with their spans
macros.py       what `\\newcommand` and `\\def` of a page define, and expansion that keeps places
kinds.py        the tokens as `grammar/latex.lark` wants them; words.py says what each command is
parse.py        through the grammar, to the tree of tree.py: rows, cells, items with scripts
rows.py         rows to parts: what is carried over, what stands beside one another; statements.py parts to statements, conditions
writer.py       a statement as text of the language, item by item: row.py is what is read and written of it;
                names.py, scripts.py, operators.py, functions.py, commands.py, derivatives.py, arrays.py for what their names say
habits.py       what an author means by a sign that means two things
reader.py       all of it: `read_formula`
"""
