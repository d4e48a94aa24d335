"""Notes answered in the LaTeX of their author.

style.py         how the author of a page writes, read off the page
writing.py       an expression of the language written so, its sums by sums.py
source.py        LaTeX as text that is cut out and put in
fixes.py         fixes of formulas, tried before they are offered; of declarations in declarations.py
steps.py         the next link of a chain
"""
