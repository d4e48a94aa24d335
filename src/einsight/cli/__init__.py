"""The command line: reads options, asks the rooms below, prints.

main.py      the commands, what goes wrong in them, and what that makes of the exit status; parsing.py how options are read
derive.py, rewrite.py, rules.py, functions.py, explain.py, fmt.py, plugin.py, lsp.py, mcp.py, completion.py, check.py, grade.py
             a command each: its options, what it prints
  expressions.py   what `derive` and `rewrite` share
  check.py   files and trees judged; workers.py has the processes, cache.py what was found before (sealing.py says by whom),
             record.py the plain data that goes between them, progress.py the bar
reports.py   what `check` prints: text, JSON, workflow commands; SARIF in sarif.py, counts.py what all files came to,
             json_stream.py JSON that is written while it grows
ipython.py   `%einsight` and `%%einsight` of IPython and of notebooks
files.py     the files that a command is given, and putting new ones in their place
terminal.py  whatever is printed
"""
