//! `written.commands`: what the files will run that an action writes and that run by themselves.
//!
//! In: the writes of a tool, the files that commands write. Out: the simple commands of what is put there; of an edit
//! those that the file did not have before.
//! Deliberately not here: which files run by themselves and how they are read (`facts::written`).

use super::{Facts, record};
use crate::facts::command::{Code, Command, Commands, Directory, Origin, Word};
use crate::facts::params::Change;
use crate::facts::shell::simple::commands;
use crate::facts::value::{Doubt, Fact, List};
use crate::facts::written::{Reading, edited, interpreter, reading, runs};
use crate::model::truth::Truth;

/// Bytes of a file before an edit.
const FILE_BYTES: usize = 256 << 10;

/// What the written files run, and whether there are any.
#[derive(Default)]
struct Ran {
    commands: Commands,
    any: bool,
    doubt: Option<&'static str>,
}

impl Facts<'_> {
    pub(super) fn written(&self) -> Fact<'static> {
        let mut ran = Ran::default();
        for write in &self.intent().writes {
            let resolved = record::resolve_param(write.path, self.ground()).absolute;
            let place = reading(&resolved).map(|reading| (reading, resolved.as_str()));
            let place = place.or_else(|| reading(write.path).map(|reading| (reading, resolved.as_str())));
            if let Some((reading, path)) = place {
                self.changed(reading, path, &write.change, &mut ran);
            }
        }
        for written in &self.commands().written {
            let Some(reading) = reading(&written.path) else { continue };
            match &written.text {
                Some(text) => self.read(reading, text, &mut ran),
                None => {
                    ran.any = true;
                    ran.doubt = Some("what is put into a file that runs by itself is not known");
                }
            }
        }
        if !ran.any {
            return Fact::Missing;
        }
        let doubt = ran.doubt;
        let run = self.classified(ran.commands);
        let opaque = run.commands.opaque.first().map(|why| Doubt::new(Truth::Opaque, why.clone()));
        let open = doubt.map(|why| Doubt::new(Truth::Unknown, why)).or(opaque);
        Fact::Record(vec![Fact::List(List { items: run.records.take(), open })])
    }

    /// What a tool's change of a file adds to what it runs.
    fn changed(&self, reading: Reading, path: &str, change: &Change<'_>, ran: &mut Ran) {
        let (edits, all) = match change {
            Change::Whole(text) => return self.read(reading, text, ran),
            Change::Edits { edits, all } => (edits, *all),
        };
        let before =
            self.setting.world.read(path, FILE_BYTES).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let after = before.as_deref().and_then(|before| edited(before, edits, all));
        let (Some(before), Some(after)) = (&before, after) else {
            // The edit fails, or its file is not seen: then each new part counts for itself.
            return edits.iter().for_each(|(_, new)| self.read(reading, new, ran));
        };
        let (mut old, mut new) = (Ran::default(), Ran::default());
        self.read(reading, before, &mut old);
        self.read(reading, &after, &mut new);
        new.commands.list.retain(|command| !old.commands.list.iter().any(|before| is_same(before, command)));
        new.commands.opaque.retain(|why| !old.commands.opaque.contains(why));
        ran.commands.extend(new.commands);
        ran.any = true;
        ran.doubt = ran.doubt.or(new.doubt);
    }

    /// All that a text of this reading runs.
    fn read(&self, reading: Reading, text: &str, ran: &mut Ran) {
        let found = runs(reading, text);
        let ground = self.ground();
        ran.any = true;
        ran.doubt = ran.doubt.or(found.doubt);
        for (text, dialect) in found.shell {
            let dialect = dialect.unwrap_or_else(|| self.dialect());
            let mut inner = commands(&text, dialect, ground.surroundings, &ground.world);
            for command in &mut inner.list {
                command.depth = command.depth.saturating_add(1);
                command.origin = Origin::Script;
            }
            ran.commands.extend(inner);
        }
        ran.commands.list.extend(found.code.into_iter().map(|(language, text)| interpreted(language, text)));
    }
}

/// Code as a command that is handed it.
fn interpreted(language: &'static str, text: String) -> Command {
    let word = |text: String| Word { text, ..Word::default() };
    Command {
        name: word(interpreter(language).to_owned()),
        args: Vec::new(),
        redirects: Vec::new(),
        env: Vec::new(),
        wrappers: Vec::new(),
        pipes_to: Vec::new(),
        pipes_from: Vec::new(),
        code: vec![Code { language, text: word(text) }],
        directory: Directory::At(String::new()),
        origin: Origin::Script,
        depth: 1,
        span: (0, 0),
    }
}

/// Whether two commands do the same, wherever they stand.
fn is_same(left: &Command, right: &Command) -> bool {
    let text = |left: &Word, right: &Word| left.text == right.text && left.doubt() == right.doubt();
    let texts = |left: &[Word], right: &[Word]| {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| text(left, right))
    };
    let redirects = left.redirects.iter().zip(&right.redirects);
    let codes = left.code.iter().zip(&right.code);
    text(&left.name, &right.name)
        && texts(&left.args, &right.args)
        && texts(&left.pipes_to, &right.pipes_to)
        && texts(&left.pipes_from, &right.pipes_from)
        && left.wrappers == right.wrappers
        && left.env.len() == right.env.len()
        && left.env.iter().zip(&right.env).all(|(left, right)| left.0 == right.0 && text(&left.1, &right.1))
        && left.redirects.len() == right.redirects.len()
        && redirects
            .into_iter()
            .all(|(left, right)| left.kind == right.kind && text(&left.target, &right.target))
        && left.code.len() == right.code.len()
        && codes
            .into_iter()
            .all(|(left, right)| left.language == right.language && text(&left.text, &right.text))
}
