"""Hook specifications, loading and isolation.  The only importer of pluggy; the built-ins come this way too.

hooks.py       what a plugin can register; builtin.py registers einsight's own
loading.py     plugins and files of rules taken in one at a time, with the reason where one is not
guard.py       each of them at work: what raises, hangs, grows, returns nonsense or is wrong costs only itself
watch.py       a thread that breaks off what takes too long, and keeps what plugins print from the answers
rules_file.py  rules without Python
"""
