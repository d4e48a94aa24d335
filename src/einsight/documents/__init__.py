"""Which files and which parts of them are ours, and how positions in them map back.

regions.py    the regions of a file that hold statements, by its language
extract.py    a text that is taken out of a file, and where its characters stand there
markdown.py, tex.py, rst.py, notebook.py, docstrings.py   where the formulas stand, a module a kind of text
remarks.py    comments that say what is not to be reported, and what is no claim
scanning.py   where what opens in a text ends, found in one pass of it
inputs.py     the macros of the files that a LaTeX file reads
latex/        a formula in LaTeX as statements of the language, each character with its place
walking.py    the files below a folder
reading.py    the bytes and the text of a file: the one place that opens any
positions.py  offsets to lines and UTF-16 columns, by LSP line ends only
"""
