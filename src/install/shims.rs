//! Small programs for agents that have no hook commands, or that go on where a command cannot be started.
//!
//! In: the registered command as words. Out: the text of a file that runs it and stops the tool unless it is told
//! otherwise. Deliberately not here: where the file goes, what the command's answers mean (`hook::platforms`).

use crate::hook::failure::quoted;

/// A program for one agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shim {
    /// A plugin of OpenCode or Kilo Code.
    OpenCode,
    /// A plugin of Cline. It has 3 seconds; the command's deadline has to be shorter.
    ClinePlugin,
    /// A file hook of Cline, to be executable.
    ClineFile,
    /// A plugin of Amp.
    AmpPlugin,
    /// A program to which Amp delegates a permission, to be executable.
    AmpDelegate,
    /// An extension of pi.
    Pi,
}

impl Shim {
    /// How the driver of plugins (`shims/drive.mjs`) calls the host of this one; `None` for what is no plugin.
    #[must_use]
    pub fn host(self) -> Option<&'static str> {
        match self {
            Self::OpenCode => Some("opencode"),
            Self::ClinePlugin => Some("cline"),
            Self::AmpPlugin => Some("amp"),
            Self::Pi => Some("pi"),
            Self::ClineFile | Self::AmpDelegate => None,
        }
    }

    /// The file's text for this command, its program first.
    #[must_use]
    pub fn text(self, command: &[String]) -> String {
        match self {
            Self::OpenCode => script(include_str!("shims/opencode.js"), command),
            Self::ClinePlugin => script(include_str!("shims/cline.js"), command),
            Self::AmpPlugin => script(include_str!("shims/amp.ts"), command),
            Self::Pi => script(include_str!("shims/pi.ts"), command),
            Self::ClineFile => shell(include_str!("shims/cline.sh"), command),
            Self::AmpDelegate => shell(include_str!("shims/amp.sh"), command),
        }
    }
}

/// JSON is JavaScript, too.
fn script(text: &str, command: &[String]) -> String {
    let words = serde_json::Value::from(command.to_vec()).to_string();
    text.replace("[\"@COMMAND@\"]", &words)
}

fn shell(text: &str, command: &[String]) -> String {
    let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    text.replace("@COMMAND@", &words.join(" "))
}
