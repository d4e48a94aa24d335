"""Are the rules sound?

verify.py   rules and functions against numbers, and against one another
ending.py   whether rewriting comes to an end, by a measure or by trial
"""
