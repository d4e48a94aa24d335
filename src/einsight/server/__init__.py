"""The language server: LSP in and out over pygls, all answers from the rooms below."""
