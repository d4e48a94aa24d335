"""Which parts of a file are ours, and how positions in them map back.

regions.py    the regions of an .ein or Markdown text
latex.py      a formula in LaTeX as a formula of the language
positions.py  offsets to lines and UTF-16 columns, by LSP line ends only
"""
