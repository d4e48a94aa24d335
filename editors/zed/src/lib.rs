//! Starts `einsight lsp` for Zed and hands it the settings of the user.

use zed_extension_api::{self as zed, serde_json, settings::LspSettings, LanguageServerId, Result, Worktree};

struct Einsight;

impl zed::Extension for Einsight {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let set = LspSettings::for_worktree(id.as_ref(), worktree)?.binary;
        let command = set
            .and_then(|binary| binary.path)
            .or_else(|| worktree.which("einsight"))
            .ok_or("there is no `einsight` on the path, and none in `lsp.einsight.binary.path` of the settings")?;
        Ok(zed::Command {
            command,
            args: vec!["lsp".into()],
            env: worktree.shell_env(),
        })
    }

    /// The server asks for the section `einsight`.
    fn language_server_workspace_configuration(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree)?.settings;
        Ok(settings.map(|settings| serde_json::json!({ "einsight": settings })))
    }
}

zed::register_extension!(Einsight);
