"""What is asked, in whatever spelling?

question.py      a question as statements of the language, among the names that it needs
ways.py          what a text says, in each way in which it may be read
spellings.py     in which spelling a text is written
latex.py         a formula in LaTeX, pasted without its page
code.py          an expression of NumPy, JAX or PyTorch, its calls in calls.py, comprehensions in turns.py; the text that it becomes in pieces.py
habits.py        what only plain text has; its brackets, slashes and colons in brackets.py
transposes.py    other signs of a transpose
customary.py     letters that are functions by custom: `σ(…)`, `N(x | μ, Σ)`
lists.py         a formula with what its names stand for behind it; statements of one time in times.py, members of families in members.py
words.py         what words ask, remarks.py what they say besides, sentences.py formulas in sentences
offers.py        what might be meant by what is refused, tried before it is offered
declarations.py  declarations in the spellings that people use
undeclared.py    what is taken of names that nobody declared: what their letters are (letters.py, ranks.py), their shapes by
                 unification (shapes.py); what a formula is of as a whole (evidence.py), products within sums (entrywise.py, entries.py)

Plain text comes in, and text of the language goes out, which the one grammar reads: so that what was understood can be shown.
"""
