"""Benchmarks, one command each: `python -m einsight.bench NAME`.  Nothing of einsight imports them.

__main__    the command line: runs one benchmark, prints its table, writes its JSON, draws its picture
table       rows of figures, as text and as JSON
plots       growth on logarithmic axes, sorted ratios; needs Matplotlib, the extra `bench`

lsp         the language server over stdio: which servers, which documents, start
session     a document in a server: opening, edits, requests, each within its share of the time
load        bursts of keys, and the memory after thousands of edits
editor      what an editor does with a document: opens it, types into it, waits for its diagnostics
client      JSON-RPC with a server in a subprocess; the server's tests use it too
documents   documents of any number of statements, as notes are written
batch       `check` over folders; pages has notes in LaTeX, any number of them
rules       what installed rules cost a derivation
cold        commands in new processes, and what they import

python      what is said of the code in a folder, and how long that takes
forms       matrix forms beside those that people write: tests/data/forms.txt
grading     answers beside references, with Math-Verify and SymPy: worker_grading; graded has the pairs and their truths
questions   what users paste: read, answered, right; asked has the questions and their truths

derivation  one problem after the other, against SymPy, tensorgrad and Cadabra
growth      time and printed size against the size of the problem
code        generated code against code by hand and automatic differentiation; code_problems, worker_code
outofcore   Dask code on arrays larger than the memory of a worker
problems    what is derived, and the truth about it
workers     processes that are asked for one measurement at a time; worker_einsight, worker_sympy, worker_tensorgrad and
            worker_cadabra run in them, each with the forms in which it is given the problems
sympy_values  what answers of SymPy are worth on arrays

The measured programs are imported in processes of their own, so that nothing that is measured runs in the one that asks.
"""
