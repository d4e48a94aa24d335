"""Which files and which parts of them are ours, and how positions in them map back.

regions.py    the regions of an .ein or Markdown text
markdown.py   where the formulas of a Markdown text stand
latex/        a formula in LaTeX as statements of the language, each character with its place
walking.py    the files below a folder
positions.py  offsets to lines and UTF-16 columns, by LSP line ends only
"""
