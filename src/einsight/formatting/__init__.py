"""How is a document spaced and spelled?

format.py     a document in its one form, with what stands in no statement left alone
spacing.py    blanks between the tokens of a statement, and alignment over lines
spelling.py   names and operators as they are asked for: Unicode or ASCII

Nothing is known here of what a statement means: a text that does not read is left as it stands.
"""
