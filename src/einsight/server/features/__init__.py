"""What the server offers; a file a group, loaded when something of it is first asked for.

offered.py      the tables of methods and commands
registering.py  each of them, deferred to the group that answers it
lifecycle.py    settings, watched files, the end: loaded at once
hover.py        hovers, with a picture where the client shows one
completion.py   completion and signature help
navigation.py   highlight, references, definition, renaming, symbols, folding, growing selections
drawing.py      semantic tokens, inlay hints, lenses
actions.py      code actions, commands, derivations
panel.py        what a panel beside the text shows and does
workspace.py    every document of the workspace checked at once; new plugins
formatting.py   whole documents and ranges
"""
