"""Worlds: a value for every name that a formula of a page rests on, in which the formula is computed.

page ─▶ definitions (what its formulas give values; letters, marks) ─▶ search (what each slot is: shapes) ─▶ numbers ─▶ right, or nothing
"""
