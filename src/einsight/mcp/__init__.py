"""What does a language model ask?  Tools over the Model Context Protocol; the only importer of its SDK.

tools.py   the tools: what each takes, what it gives, what a mistake in a call is told
main.py    a server with them, on standard input and output
"""
