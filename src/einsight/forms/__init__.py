"""Which of the equal matrix forms would a person have written?

form.py        arrays as people write them, canonical as far as nobody would notice
reading.py     forms of trees
writing.py     texts of forms, and how long they are
rules.py       equal forms
taste.py       how long forms seem to be
effort.py      how long the search may go on
search.py      the shortest that is found
naming.py      names behind `where` for what stands there twice
components.py  what a form is, in components
choosing.py    from text to text
"""
