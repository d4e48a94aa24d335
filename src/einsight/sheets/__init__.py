"""What does a document say, and what does an edit change?

check.py          a whole text, once
sheet.py          a document under edits: its statements (cells.py), what each says by itself (reading.py), what they ask of one
                  another (ledger.py), and the next text worked out before it is taken (splitting.py)
notes/            what notes declare, say in words and leave unsaid, in the order in which it counts
latex_source.py   LaTeX as text that is cut out and put in
places.py         positions of a document in its statements and back, also in formulas translated from LaTeX
lints.py          what the lints of plugins find
"""
