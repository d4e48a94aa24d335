"""The Lark grammars and the labelled malformed examples, as package data."""
