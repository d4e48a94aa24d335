"""Benchmarks, one command each: `python -m einsight.bench NAME`. Standard library only; nothing of einsight imports them.

__main__    the command line: runs one benchmark, prints its table, writes its JSON
table       rows of figures, as text and as JSON
lsp         the language server over stdio: which servers, which documents, start
session     a document in a server: opening, edits, requests, each within its share of the time
load        bursts of keys, and the memory after thousands of edits
editor      what an editor does with a document: opens it, types into it, waits for its diagnostics
client      JSON-RPC with a server in a subprocess; the server's tests use it too
documents   documents of any number of statements, as notes are written
"""
