-- What the protocol has no place for: derivations in a window, formulas as source. For a Neovim before 0.11, also the
-- start of the server.
local M = {}

-- Before 0.11: what is laid over `lsp/einsight.lua`. Newer ones have `vim.lsp.config('einsight', { ... })` for it.
M.config = {}

local function tell(text, level)
  vim.notify('einsight: ' .. text, level or vim.log.levels.INFO)
end

local function running()
  return vim.tbl_filter(function(client)
    return client.name == 'einsight'
  end, (vim.lsp.get_clients or vim.lsp.get_active_clients)())
end

local function client_here()
  for _, client in ipairs(running()) do
    if vim.lsp.buf_is_attached(0, client.id) then
      return client
    end
  end
  tell('the language server does not run in this buffer', vim.log.levels.WARN)
end

local function request(client, method, params, use)
  local function answered(problem, result)
    if problem then
      tell(problem.message, vim.log.levels.ERROR)
    elseif result == nil or result == vim.NIL then
      tell('there is no formula here')
    else
      use(result)
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request(method, params, answered)
  else
    client.request(method, params, answered)
  end
end

local function here(client)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  return params.textDocument.uri, params.position
end

-- Show the derivation of what stands under the cursor; asked once more, the cursor goes into the window.
function M.derivation()
  local client = client_here()
  if not client then
    return
  end
  local uri, position = here(client)
  request(client, 'einsight/derivation', { uri = uri, position = position }, function(found)
    local lines = vim.split(found.text, '\n', { plain = true, trimempty = true })
    vim.lsp.util.open_floating_preview(lines, 'text', { wrap = false, focus_id = 'einsight/derivation' })
  end)
end

-- Copy what stands under the cursor as `numpy`, `jax`, `torch` or `latex`.
function M.copy(target)
  local client = client_here()
  if client then
    M.copy_with(client, { target, here(client) })
  end
end

function M.copy_with(client, arguments)
  local params = { command = 'einsight.copyAs', arguments = arguments }
  request(client, 'workspace/executeCommand', params, function(text)
    vim.fn.setreg('"', text)
    if vim.fn.has('clipboard') == 1 then
      vim.fn.setreg('+', text)
    end
    tell('copied as ' .. arguments[1])
  end)
end

local function root_of(name, markers)
  for _, marker in ipairs(markers) do
    local folder, below = vim.fn.fnamemodify(name, ':p:h'), nil
    while folder ~= below do
      if vim.loop.fs_stat(folder .. '/' .. marker) then
        return folder
      end
      folder, below = vim.fn.fnamemodify(folder, ':h'), folder
    end
  end
end

-- Before 0.11: have the server serve a buffer, a server for each root.
function M.start(buffer)
  if vim.bo[buffer].buftype ~= '' then -- a hover is Markdown too
    return
  end
  local file = vim.api.nvim_get_runtime_file('lsp/einsight.lua', false)[1]
  local config = vim.tbl_deep_extend('force', { name = 'einsight' }, dofile(file), M.config)
  if not vim.tbl_contains(config.filetypes, vim.bo[buffer].filetype) then
    return
  end
  if vim.fn.executable(config.cmd[1]) == 0 then
    return vim.notify_once('einsight: there is no ' .. config.cmd[1] .. ' on the path', vim.log.levels.WARN)
  end
  if config.settings then -- the server asks for them; Neovim 0.7 knows no such question
    config.init_options = { settings = config.settings.einsight }
  end
  config.root_dir = root_of(vim.api.nvim_buf_get_name(buffer), config.root_markers)
  for _, client in ipairs(running()) do
    if client.config.root_dir == config.root_dir then
      return vim.lsp.buf_attach_client(buffer, client.id)
    end
  end
  local id = vim.lsp.start_client(config)
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

return M
