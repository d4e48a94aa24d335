if vim.g.loaded_einsight then
  return
end
vim.g.loaded_einsight = true

vim.api.nvim_create_user_command('EinsightDerivation', function()
  require('einsight').derivation()
end, { desc = 'Show the derivation of what stands under the cursor' })

vim.api.nvim_create_user_command('EinsightCopy', function(given)
  require('einsight').copy(given.args)
end, {
  nargs = 1,
  complete = function(start)
    return vim.tbl_filter(function(target)
      return vim.startswith(target, start)
    end, { 'numpy', 'jax', 'torch', 'latex' })
  end,
  desc = 'Copy what stands under the cursor as source or LaTeX',
})

if vim.fn.has('nvim-0.11') == 1 then
  vim.lsp.enable('einsight')
else
  vim.api.nvim_create_autocmd('FileType', {
    pattern = '*',
    callback = function(event)
      require('einsight').start(event.buf)
    end,
  })
end
