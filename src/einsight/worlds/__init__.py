"""Worlds: a value for every name that a formula of a page rests on, in which the formula is computed."""
