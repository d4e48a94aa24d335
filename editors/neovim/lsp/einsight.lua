-- The language server. Neovim 0.11 and newer read this file by themselves; older ones through `lua/einsight.lua`.
return {
  cmd = { 'einsight', 'lsp' },
  filetypes = { 'einsight', 'markdown' },
  root_markers = { 'einsight.toml', 'pyproject.toml', '.git' },
  commands = {
    -- behind the code actions "Copy as ...": the server answers with the text, the editor has to keep it
    ['einsight.copyAs'] = function(command, context)
      require('einsight').copy_with(vim.lsp.get_client_by_id(context.client_id), command.arguments)
    end,
  },
}
