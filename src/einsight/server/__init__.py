"""The language server: LSP in and out over pygls, all answers from the rooms below.

main.py           starts the process; transport.py frames its messages, tcp.py lets one client in; messages.py does without either
protocol.py       messages to handlers, within what was said before; arguments.py says what a request or command takes
session.py        what a client has, and what the features are handed
configuration.py  what is set, and which plugins that leaves; settings.py reads what the client sets
documents.py      the open texts and their sheets; notebooks.py those that have cells
turns.py          who computes when; progress.py shows what takes long
publishing.py     diagnostics behind a pause; pending.py what is drawn or shown once it is worked out
features/         what is offered, a file a group; wire.py spells findings in the protocol's JSON
"""
