//! Reading a payload by its platform's row: which event, which tool, with what, under which circumstances.
//!
//! In: a JSON value and the row. Out: the call, and in whose words to answer, also where the call cannot be read.
//! Deliberately not here: what a tool's input means (`tool.rs`), whose payload it is (`recognise.rs`).

use super::answer::{Answers, RECORDED, Voice};
use super::mcp;
use super::platform::{Call, Kind, Malformed, Members, Platform, object, text};
use super::shape::Shape;
use super::tool::{Asked, fits, parameters, size, tool_questions};
use crate::model::event::Event;
use crate::model::value::Value;
use std::borrow::Cow;

/// Where something stands: names from the outside in; `0` is the first element of a list.
pub type Place = &'static [&'static str];

/// Bytes that copies for the questions of one payload may take.
pub const COPIES: usize = 64 << 20;

/// Where things stand in a platform's payloads. Of several places, the first that holds something counts.
#[derive(Debug)]
pub struct Layout {
    /// The event's name.
    pub event: &'static [Place],
    /// Without a name: a member that only one event has, and that event. Else it is the table's first.
    pub implied: &'static [(&'static str, &'static str)],
    /// The tool's name.
    pub tool: &'static [Place],
    /// The tool's input.
    pub input: &'static [Place],
    /// The MCP server's name, where the host tells it.
    pub server: &'static [Place],
    /// The tool's name as that server knows it.
    pub server_tool: &'static [Place],
    /// `true` where the tool is an MCP server's.
    pub server_flag: &'static [Place],
    /// What policies and the log see in `context`, and by which name; several places of one name stand together.
    pub context: &'static [(Place, &'static str)],
    /// Other members that are about the session and not about what is asked.
    pub session: &'static [&'static str],
}

/// An event of a platform.
#[derive(Debug)]
pub struct EventRow {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Where its question stands.
    pub asks: Asks,
    /// How it is answered.
    pub answers: &'static Answers,
}

/// Where the question of an event stands.
#[derive(Clone, Copy, Debug)]
pub enum Asks {
    /// In the tool and its input.
    Tool,
    /// In the MCP server, its tool and the input.
    Server,
    /// In the event itself: an object at this place, or the whole payload without what is about the session.
    Itself(&'static Shape, Place),
}

/// An event before a tool runs.
#[must_use]
pub const fn tool(name: &'static str, answers: &'static Answers) -> EventRow {
    EventRow { name, kind: Kind::Tool, asks: Asks::Tool, answers }
}

/// An event before an action that its name tells.
#[must_use]
pub const fn action(
    name: &'static str,
    shape: &'static Shape,
    place: Place,
    answers: &'static Answers,
) -> EventRow {
    EventRow { name, kind: Kind::Tool, asks: Asks::Itself(shape, place), answers }
}

/// An event before a tool of an MCP server runs.
#[must_use]
pub const fn server(name: &'static str, answers: &'static Answers) -> EventRow {
    EventRow { name, kind: Kind::Tool, asks: Asks::Server, answers }
}

/// An event before the host asks its person.
#[must_use]
pub const fn permission(name: &'static str, answers: &'static Answers) -> EventRow {
    EventRow { name, kind: Kind::Permission, asks: Asks::Tool, answers }
}

/// A submitted prompt.
#[must_use]
pub const fn prompt(name: &'static str, place: Place, answers: &'static Answers) -> EventRow {
    EventRow { name, kind: Kind::Prompt, asks: Asks::Itself(&Shape::Whole("prompt.submit"), place), answers }
}

/// An event that nothing waits for, of a host that reads no answer.
#[must_use]
pub const fn record(name: &'static str) -> EventRow {
    recorded(name, &RECORDED)
}

/// An event that nothing waits for, of a host that reads one.
#[must_use]
pub const fn recorded(name: &'static str, answers: &'static Answers) -> EventRow {
    EventRow { name, kind: Kind::Record, asks: Asks::Tool, answers }
}

/// Reads a payload as this platform's.
pub fn read<'a>(platform: &'static Platform, payload: Value<'a>) -> (Voice, Result<Call<'a>, Malformed>) {
    let first = Voice::of(platform);
    let members = match payload {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) => {
            return (first, Err(Malformed::new("the payload is not a JSON object")));
        }
    };
    if let Some((tool, session)) = delegated(platform) {
        return (first, delegate(platform, &tool, session, members));
    }
    if let Some(direct) = platform.direct
        && found(&members, platform.layout.tool).is_none()
    {
        return (first, direct(members));
    }
    match event(platform, &members) {
        Err(malformed) => (first, Err(malformed)),
        Ok(event) => {
            let row = platform.events.iter().find(|row| row.name == event);
            let answers = row.map_or(platform.other, |row| row.answers);
            (Voice { platform, answers }, call(platform, row, event, members))
        }
    }
}

fn event(platform: &Platform, members: &Members<'_>) -> Result<String, Malformed> {
    if let Some(name) = name(members, platform.layout.event)? {
        return Ok(name.to_owned());
    }
    let has = |name: &str| members.iter().any(|(key, _)| key == name);
    let implied = platform.layout.implied.iter().find(|(member, _)| has(member)).map(|(_, event)| *event);
    let first = || platform.events.first().map_or("", |row| row.name);
    Ok(implied.unwrap_or_else(first).to_owned())
}

fn call<'a>(
    platform: &'static Platform,
    row: Option<&EventRow>,
    event: String,
    mut members: Members<'a>,
) -> Result<Call<'a>, Malformed> {
    let context = context(platform, &members);
    let kind = row.map_or(Kind::Other, |row| row.kind);
    let asks = row.map_or(Asks::Tool, |row| row.asks);
    let asked = match kind {
        // It is never malformed: nothing waits for it.
        Kind::Record => vec![noted(platform, &event, &mut members)],
        Kind::Tool | Kind::Permission | Kind::Prompt | Kind::Settings | Kind::Other => {
            questions(platform, kind, asks, &event, &mut members)?
        }
    };
    if size(&context).saturating_mul(asked.len()) > COPIES {
        return Err(Malformed::new("it asks too much at once"));
    }
    let mut questions = Vec::with_capacity(asked.len());
    let mut asked = asked.into_iter();
    let last = asked.next_back();
    questions.extend(asked.map(|asked| asked.event(context.clone())));
    // PERF: most calls ask one thing, and the context is not copied.
    questions.extend(last.map(|asked| asked.event(context)));
    Ok(Call { kind, event, questions })
}

impl<'a> Asked<'a> {
    fn event(self, context: Value<'a>) -> Event<'a> {
        let mut context = context;
        if let Value::Object(members) = &mut context {
            members.retain(|(known, _)| !self.told.iter().any(|(key, _)| known == key));
            members.extend(self.told.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)));
        }
        Event { action: self.action.into(), params: self.params, context }
    }
}

fn questions<'a>(
    platform: &'static Platform,
    kind: Kind,
    asks: Asks,
    event: &str,
    members: &mut Members<'a>,
) -> Result<Vec<Asked<'a>>, Malformed> {
    let layout = &platform.layout;
    let tool = match asks {
        Asks::Itself(shape, place) => return shape.questions(event, itself(layout, place, members)),
        Asks::Tool | Asks::Server => name(members, layout.tool)?.map(str::to_owned),
    };
    let Some(tool) = tool else {
        if kind == Kind::Other {
            let action = format!("unknown.{}", mcp::segment(event));
            return Ok(vec![Asked::new(action, itself(layout, &[], members))]);
        }
        let missing = layout.tool.first().and_then(|place| place.last()).unwrap_or(&"tool_name");
        return Err(Malformed::new(format!("`{missing}` is missing")));
    };
    of_tool(platform, &tool, asks, members)
}

/// What a tool asks, with what the host tells of its server.
fn of_tool<'a>(
    platform: &'static Platform,
    tool: &str,
    asks: Asks,
    members: &mut Members<'a>,
) -> Result<Vec<Asked<'a>>, Malformed> {
    let layout = &platform.layout;
    let server = string(members, layout.server).map(str::to_owned);
    let server_tool = match asks {
        Asks::Server => Some(tool.to_owned()),
        Asks::Tool | Asks::Itself(..) => string(members, layout.server_tool).map(str::to_owned),
    };
    let flagged = found(members, layout.server_flag) == Some(&Value::Bool(true));
    let params = input(platform, members);
    match (server, server_tool) {
        (server, Some(tool)) => Ok(vec![Asked::new(mcp::action(server.as_deref(), &tool), params)]),
        (server, None) if flagged => {
            let actions = mcp::flagged(tool, platform.servers, server.as_deref())?;
            fits(&params, actions.len())?;
            Ok(actions.into_iter().map(|action| Asked::new(action, params.clone())).collect())
        }
        (server, None) => tool_questions(platform, tool, params, server.as_deref()),
    }
}

/// What the log says about an event that nothing waits for.
fn noted<'a>(platform: &'static Platform, event: &str, members: &mut Members<'a>) -> Asked<'a> {
    let Some(tool) = string(members, platform.layout.tool).map(str::to_owned) else {
        return Asked::new(format!("event.{}", mcp::segment(event)), Value::Object(Vec::new()));
    };
    // What cannot be read is told as it came.
    let params = input(platform, &mut members.clone());
    let known = of_tool(platform, &tool, Asks::Tool, members).ok();
    let first = known.and_then(|questions| questions.into_iter().next());
    first.unwrap_or_else(|| Asked::new(format!("unknown.{}", mcp::segment(&tool)), params))
}

/// The tool and the session that the host names in the environment.
#[must_use]
pub fn delegated(platform: &Platform) -> Option<(String, String)> {
    let (tool, session) = platform.variables?;
    let tool = std::env::var(tool).ok().filter(|tool| !tool.is_empty())?;
    Some((tool, std::env::var(session).unwrap_or_default()))
}

/// A payload that is nothing but the tool's input: the agent writes all of it, so no member says anything about the host.
fn delegate<'a>(
    platform: &'static Platform,
    tool: &str,
    session: String,
    members: Members<'a>,
) -> Result<Call<'a>, Malformed> {
    let context = object([
        ("session_id", text(session)),
        ("tool_name", text(tool.to_owned())),
        ("platform", text(platform.name)),
    ]);
    let asked = tool_questions(platform, tool, Value::Object(members), None)?;
    let questions = asked.into_iter().map(|asked| asked.event(context.clone())).collect();
    Ok(Call {
        kind: Kind::Tool,
        event: platform.events.first().map_or("", |row| row.name).to_owned(),
        questions,
    })
}

fn input<'a>(platform: &Platform, members: &mut Members<'a>) -> Value<'a> {
    parameters(platform.layout.input.iter().find_map(|place| take(members, place)))
}

/// What an event says itself: the object at this place, or the members that are not about the session.
fn itself<'a>(layout: &Layout, place: Place, members: &mut Members<'a>) -> Value<'a> {
    if !place.is_empty() {
        return parameters(take(members, place));
    }
    let about_session = |key: &str| {
        let starts = |place: Place| place.first() == Some(&key);
        layout.session.contains(&key)
            || layout.context.iter().any(|(place, _)| starts(place))
            || layout.event.iter().any(|place| starts(place))
    };
    Value::Object(std::mem::take(members).into_iter().filter(|(key, _)| !about_session(key)).collect())
}

fn context<'a>(platform: &Platform, members: &Members<'a>) -> Value<'a> {
    let mut context: Members<'a> = Vec::with_capacity(platform.layout.context.len().saturating_add(4));
    for (place, name) in platform.layout.context {
        if context.last().is_some_and(|(known, _)| known == name) {
            continue;
        }
        match at(members, place) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.is_empty() => {}
            Some(value) => context.push((Cow::Borrowed(*name), value.clone())),
        }
    }
    context.push((Cow::Borrowed("platform"), text(platform.name)));
    Value::Object(context)
}

/// The value at a place.
fn at<'m, 'a>(members: &'m Members<'a>, place: Place) -> Option<&'m Value<'a>> {
    let (first, rest) = place.split_first()?;
    let mut value = &members.iter().find(|(key, _)| key == first)?.1;
    for name in rest {
        value = match value {
            Value::List(items) if *name == "0" => items.first()?,
            Value::Object(_) => value.get(name)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) => {
                return None;
            }
        };
    }
    Some(value)
}

fn found<'m, 'a>(members: &'m Members<'a>, places: &[Place]) -> Option<&'m Value<'a>> {
    places.iter().find_map(|place| at(members, place))
}

fn string<'m>(members: &'m Members<'_>, places: &[Place]) -> Option<&'m str> {
    places.iter().filter_map(|place| at(members, place)?.as_str()).find(|text| !text.is_empty())
}

/// A name that has to be a text where it is given.
fn name<'m>(members: &'m Members<'_>, places: &[Place]) -> Result<Option<&'m str>, Malformed> {
    for place in places {
        match at(members, place) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if !text.is_empty() => return Ok(Some(text)),
            Some(_) => {
                let name = place.last().unwrap_or(&"");
                return Err(Malformed::new(format!("`{name}` is not a string with text")));
            }
        }
    }
    Ok(None)
}

/// Takes the value at a place out of the members.
fn take<'a>(members: &mut Members<'a>, place: Place) -> Option<Value<'a>> {
    let (first, rest) = place.split_first()?;
    let position = members.iter().position(|(key, _)| key == first)?;
    if rest.is_empty() {
        return Some(members.swap_remove(position).1);
    }
    match &mut members.get_mut(position)?.1 {
        Value::Object(inner) => take(inner, rest),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::List(_) => None,
    }
}
