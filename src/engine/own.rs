//! Agsec's own things at a place: what the built-in layer is told that an action changes.
//!
//! In: the state directory, a place. Out: a list of paths, and the events of a call with what they change added. It is what
//! the hook does, for commands that ask the built-in layer without being a hook. Deliberately not here: finding
//! out what that is (`hook::reach`).

use super::directory::StateDirectory;
use crate::facts::roots::Found;
use crate::hook;
use crate::hook::arguments::Options;
use crate::hook::locate::Session;
use crate::hook::mention::Protected;
use crate::hook::platform::{Call, Kind};
use crate::hook::state::State;
use crate::model::event::Event;

/// Agsec's own things.
#[derive(Debug)]
pub struct Own {
    protected: Protected,
    names: Vec<String>,
}

impl Own {
    /// As seen from a place, with this state in force.
    #[must_use]
    pub fn seen(options: &Options, directory: &StateDirectory, session: &Session<'_>, state: &State) -> Self {
        let names = hook::protected_names(options, directory.path(), state);
        Self {
            names: names.into_iter().map(str::to_owned).collect(),
            protected: hook::protected(options, directory.path(), session, state),
        }
    }

    /// Adds to each question what it changes and how it weakens, and the agent's name; gives what was found out on the way.
    pub fn describe(&self, call: &mut Call<'_>, agent: Option<&str>) -> Vec<Found> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        hook::describe(call, agent, &names, &|| &self.protected, hook::world::setting())
    }

    /// The same for a single event.
    #[must_use]
    pub fn described<'a>(&self, event: &Event<'a>) -> Event<'a> {
        let mut call = Call { kind: Kind::Tool, event: String::new(), questions: vec![event.clone()] };
        self.describe(&mut call, None);
        call.questions.pop().unwrap_or_else(|| event.clone())
    }
}
