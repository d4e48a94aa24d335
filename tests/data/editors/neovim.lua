-- Run in a headless Neovim with one file open: does what a user does, and writes what was seen as JSON to $EINSIGHT_SEEN.
local seen = { version = vim.version().minor }

local function wait(what, condition)
  if not vim.wait(20000, condition, 10) then
    error('timed out waiting for ' .. what)
  end
end

-- the text of a floating window other than the one before, once there is one
local function floating(command)
  local before = {}
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    before[window] = true
  end
  command()
  local text
  wait('a floating window', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if not before[window] and vim.api.nvim_win_get_config(window).relative ~= '' then
        text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), '\n')
        vim.api.nvim_win_close(window, true)
        return true
      end
    end
  end)
  return text
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
end

local function codes()
  return vim.tbl_map(function(found)
    return found.code
  end, vim.diagnostic.get(0))
end

local function cursor(needle)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search('\\V' .. needle, 'c') > 0, needle)
end

-- choose the code action of that title
local function act(title)
  local titles = {}
  vim.ui.select = function(items, options, choose)
    for _, item in ipairs(items) do
      titles[#titles + 1] = options.format_item(item)
      if titles[#titles] == title then
        return choose(item, #titles)
      end
    end
    error('no action ' .. title .. ' among ' .. table.concat(titles, ', '))
  end
  vim.lsp.buf.code_action()
end

local function run()
  seen.filetype, seen.commentstring = vim.bo.filetype, vim.bo.commentstring
  seen.syntax = vim.fn.synIDattr(vim.fn.synID(1, 1, 1), 'name')
  wait('EIN402', function()
    return vim.tbl_contains(codes(), 'EIN402')
  end)
  seen.codes = codes()

  cursor('h = tanh')
  seen.hover = floating(vim.lsp.buf.hover)
  cursor("d/dx (y'")
  seen.derivation = floating(function()
    vim.cmd('EinsightDerivation')
  end)
  vim.cmd('EinsightCopy numpy')
  wait('the NumPy source', function()
    return vim.fn.getreg('"') ~= ''
  end)
  seen.numpy = vim.fn.getreg('"')
  act('Copy as JAX')
  wait('the JAX source', function()
    return vim.fn.getreg('"') ~= seen.numpy
  end)
  seen.jax = vim.fn.getreg('"')

  if vim.lsp.inlay_hint then
    vim.lsp.inlay_hint.enable(true)
    wait('inlay hints', function()
      return #vim.lsp.inlay_hint.get({ bufnr = 0 }) > 1
    end)
    seen.hints = vim.tbl_map(function(found)
      return found.inlay_hint.label
    end, vim.lsp.inlay_hint.get({ bufnr = 0 }))
  end

  cursor('= a\\$')
  vim.fn.cursor(0, vim.fn.col('$') - 1)
  local before = text()
  act("Write a'")
  wait('the code action', function()
    return text() ~= before
  end)
  seen.mended = vim.api.nvim_get_current_line()
  wait('the diagnostic to go', function()
    return not vim.tbl_contains(codes(), 'EIN402')
  end)

  cursor('h = tanh')
  before = text()
  vim.lsp.buf.rename('g')
  wait('the renaming', function()
    return text() ~= before
  end)
  seen.renamed = vim.api.nvim_get_current_line()

  local format = vim.lsp.buf.format or vim.lsp.buf.formatting_sync
  format()
  seen.formatted = vim.api.nvim_buf_get_lines(0, -2, -1, true)[1]

  vim.fn.cursor(vim.fn.line('$'), 1)
  vim.cmd('normal! o\\delt')
  vim.fn.cursor(0, vim.fn.col('$'))
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/completion', {
    textDocument = vim.lsp.util.make_text_document_params(),
    position = { line = vim.fn.line('.') - 1, character = 5 },
  }, 20000)
  for _, answer in pairs(answers) do
    seen.completion = vim.tbl_map(function(item)
      return item.textEdit.newText
    end, answer.result.items)
  end
end

local fine, problem = xpcall(run, debug.traceback)
if not fine then
  seen.problem = problem
end
seen.messages = vim.fn.execute('messages')
local file = assert(io.open(os.getenv('EINSIGHT_SEEN'), 'w'))
file:write(vim.json.encode(seen))
file:close()
vim.cmd('qall!')
