//! Policies as given: a text or a bundle evaluated in memory, guarding nothing.
//!
//! In: a directory, or a bundle file, and events. Out: decisions, by the machine or by the oracle, with the built-in
//! layer where it is asked for. Deliberately not here: modes, what is in force, the audit log.

use super::build::{self, Label, Rejected};
use super::own::Own;
use crate::bundle::read::Loaded;
use crate::facts::roots::{Facts, Setting};
use crate::hook::builtin;
use crate::hook::decide::{Decision, Layer, decide, told};
use crate::hook::map::{self, Demands, Mapped};
use crate::hook::world;
use crate::ir::Policy;
use crate::model::decision::{Effect, MatchedBy, Verdict};
use crate::model::event::Event;
use crate::model::limits::BUNDLE_BYTES;
use crate::oracle;
use crate::vm;
use std::path::Path;

/// What a layer of given text is called in decisions.
pub const NAME: &str = "given";

/// Which evaluator answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The machine on the compiled bundle.
    Vm,
    /// The reference evaluator on the policy's tree.
    Oracle,
}

/// Why given policies cannot be evaluated.
#[derive(Debug)]
pub enum GivenError {
    /// The text does not compile.
    Text(Box<Rejected>),
    /// The bundle cannot be used.
    Bundle(String),
}

/// A policy in memory, compiled.
#[derive(Debug)]
pub struct Given {
    /// Its name in decisions.
    name: String,
    /// The bundle.
    bytes: Bytes,
    /// Its tree, where the oracle is to answer.
    policy: Option<Policy>,
}

/// A bundle just made, or one from a file.
#[derive(Debug)]
enum Bytes {
    Made(Vec<u8>),
    Opened(Mapped),
}

impl Bytes {
    fn all(&self) -> &[u8] {
        match self {
            Self::Made(bytes) => bytes,
            Self::Opened(bytes) => bytes,
        }
    }
}

impl Given {
    /// The policies at a path.
    ///
    /// # Errors
    /// Where any file has an error.
    pub fn from_path(path: &Path) -> Result<Self, GivenError> {
        let label = Label { name: NAME, directory: &path.to_string_lossy(), overlay: false };
        let built = build::from_path(path, &label).map_err(GivenError::Text)?;
        Ok(Self { name: NAME.to_owned(), bytes: Bytes::Made(built.bytes), policy: Some(built.policy) })
    }

    /// A bundle file.
    ///
    /// # Errors
    /// Where it cannot be read, is no bundle of this version, or its sources do not compile any more.
    pub fn from_bundle(path: &Path, engine: Engine) -> Result<Self, GivenError> {
        let unusable = |what: String| GivenError::Bundle(format!("`{}`: {what}", path.display()));
        // It guards nothing, so whose file it is does not matter.
        let demands = Demands {
            max_bytes: BUNDLE_BYTES,
            single_link: false,
            only_owner_writes: false,
            follow_link: true,
        };
        let bytes = map::open(path, &demands).map_err(|error| unusable(error.to_string()))?;
        let bundle = Loaded::read(&bytes).map_err(|error| unusable(error.to_string()))?;
        let label = bundle.meta().map_err(|error| unusable(error.to_string()))?.label.to_owned();
        let policy = match engine {
            Engine::Vm => None,
            Engine::Oracle => {
                let sources = build::sources_of(&bundle)
                    .ok_or_else(|| unusable("its sources are damaged".to_owned()))?;
                let label = Label { name: &label, directory: "", overlay: label == "overlay" };
                Some(build::from_texts(sources, &label).map_err(GivenError::Text)?.policy)
            }
        };
        Ok(Self { name: label, bytes: Bytes::Opened(bytes), policy })
    }

    /// The policy, where it was read from text.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }

    /// The layer, for the machine.
    ///
    /// # Errors
    /// Where the bundle cannot be used.
    pub fn layer(&self) -> Result<Layer<'_>, GivenError> {
        let bundle = Loaded::read(self.bytes.all()).map_err(|error| GivenError::Bundle(error.to_string()))?;
        Ok(Layer { name: &self.name, bundle })
    }

    /// Makes it ready for events.
    ///
    /// # Errors
    /// Where a bundle cannot be used.
    pub fn evaluator(&self, engine: Engine, builtin: Option<Own>) -> Result<Evaluator<'_>, GivenError> {
        let own = match builtin {
            Some(own) => builtin_layer()?.map(|layer| (layer, own)),
            None => None,
        };
        let policy = self.policy.as_ref().filter(|_| engine == Engine::Oracle);
        Ok(Evaluator { layer: [self.layer()?], policy, own })
    }
}

/// The built-in layer; `None` where this program carries none.
///
/// # Errors
/// Where it is damaged.
pub fn builtin_layer() -> Result<Option<Layer<'static>>, GivenError> {
    if builtin::BYTES.is_empty() {
        return Ok(None);
    }
    let bundle = Loaded::read(builtin::BYTES)
        .map_err(|error| GivenError::Bundle(format!("the built-in layer: {error}")))?;
    Ok(Some(Layer { name: "builtin", bundle }))
}

/// Answers events.
#[derive(Debug)]
pub struct Evaluator<'b> {
    layer: [Layer<'b>; 1],
    policy: Option<&'b Policy>,
    own: Option<(Layer<'static>, Own)>,
}

impl Evaluator<'_> {
    /// Decides an event that happens on this machine.
    #[must_use]
    pub fn decide(&self, event: &Event<'_>) -> Decision {
        let decision = self.decide_at(event, world::setting());
        let own = self.own.as_ref().map(|(layer, own)| own_decision(layer, event, own));
        match own {
            Some(own) if own.effect != Effect::Allow && own.effect >= decision.effect => own,
            Some(_) | None => decision,
        }
    }

    /// Decides an event that happens somewhere else, without the built-in layer.
    #[must_use]
    pub fn decide_at(&self, event: &Event<'_>, setting: Setting<'_>) -> Decision {
        let [layer] = &self.layer;
        let facts = Facts::new(event, setting);
        match self.policy {
            Some(policy) => told(layer, &oracle::evaluate(policy, event, &facts).verdict, &event.action),
            None => decide(&self.layer, &[facts]).unwrap_or_else(|| {
                Decision::without_statement(Effect::Deny, MatchedBy::Error, "nothing was asked".to_owned())
            }),
        }
    }

    /// Decides all questions of a call: the strictest answer holds, the first of several. `None` without questions.
    #[must_use]
    pub fn decide_all(&self, questions: &[Event<'_>]) -> Option<Decision> {
        let decisions = questions.iter().enumerate().map(|(question, event)| {
            let decision = self.decide(event);
            Decision { question, ..decision }
        });
        decisions.reduce(|held, next| if next.effect > held.effect { next } else { held })
    }
}

/// What the built-in layer says, told what of agsec's own the event changes.
fn own_decision(layer: &Layer<'_>, event: &Event<'_>, own: &Own) -> Decision {
    let event = own.described(event);
    let verdict: Verdict = vm::evaluate(
        &layer.bundle,
        &event,
        &Facts::new(&event, world::setting()),
        &mut vm::Scratch::default(),
        &mut vm::trace::Nothing,
    );
    Decision { matched_by: MatchedBy::Builtin, ..told(layer, &verdict, &event.action) }
}
