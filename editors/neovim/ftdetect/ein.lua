if vim.fn.has('nvim-0.8') == 1 then
  vim.filetype.add({ extension = { ein = 'einsight' } })
else -- what `vim.filetype.add` knows is not asked there
  vim.cmd('autocmd BufRead,BufNewFile *.ein setfiletype einsight')
end
