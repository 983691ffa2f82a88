//! Is the registered program there, and can nobody else replace it? Are its options what they should be?

use super::{Finding, Health, Hook, Surroundings};
use crate::hook::arguments::{self, Parsed};
use crate::install::Target;
use crate::install::recipe::Scope;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// Each program that is registered, once.
pub(super) fn check(hooks: &[Hook], around: Surroundings<'_>, again: &str, scope: Scope) -> Vec<Finding> {
    let mut programs: Vec<&str> =
        hooks.iter().filter_map(|hook| hook.words.first()).map(String::as_str).collect();
    programs.sort_unstable();
    programs.dedup();
    let found = |program: &str| {
        one(program, around, scope)
            .unwrap_or_else(|what| Finding::new("program", Health::Bad, what).mend(again))
    };
    programs.into_iter().map(found).collect()
}

fn one(program: &str, around: Surroundings<'_>, scope: Scope) -> Result<Finding, String> {
    let path = Path::new(program);
    if !path.is_absolute() {
        return Err(format!(
            "`{program}` is not an absolute path: whoever changes the `PATH` changes the program"
        ));
    }
    let real = path.canonicalize().map_err(|error| format!("`{program}` is not there: {error}"))?;
    if !real.is_file() {
        return Err(format!("`{program}` is not a file"));
    }
    if !can_run(&real) {
        return Err(format!("`{program}` cannot be run"));
    }
    for path in path.ancestors().chain(real.ancestors()) {
        if let Some(who) = others(path, around.state, scope) {
            return Err(format!("`{}` can be written by {who}, who can replace the program", path.display()));
        }
    }
    Ok(if is_same(around.program, &real) {
        Finding::new("program", Health::Good, format!("`{program}` is there, and nobody else can write it"))
    } else {
        let what = format!("`{program}` is another build than `{}`", around.program.display());
        Finding::new("program", Health::Note, what)
    })
}

/// True where both are one program, or copies of one.
pub(super) fn is_same(own: &Path, registered: &Path) -> bool {
    match (own.canonicalize(), registered.canonicalize()) {
        (Ok(own), Ok(registered)) => own == registered || is_copy(&own, &registered),
        (_, _) => false,
    }
}

fn is_copy(own: &Path, registered: &Path) -> bool {
    let size = |path: &Path| fs::metadata(path).map(|metadata| metadata.len()).ok();
    size(own) == size(registered) && fs::read(own).ok() == fs::read(registered).ok()
}

#[cfg(unix)]
fn can_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_run(_: &Path) -> bool {
    true
}

/// Who else can write a path: it has to belong to root or to the person whose state directory it is, and for the machine
/// to root alone. In a folder with the sticky bit only owners can replace a file.
#[cfg(unix)]
fn others(path: &Path, state: &Path, scope: Scope) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(path).ok()?;
    let sticky = metadata.is_dir() && metadata.mode() & 0o1000 != 0;
    if metadata.mode() & 0o022 != 0 && !sticky {
        return Some("others".to_owned());
    }
    let person = fs::metadata(state).ok().filter(|_| scope != Scope::Managed).map(|metadata| metadata.uid());
    let owner = metadata.uid();
    let known = owner == 0 || person.is_none_or(|person| person == owner);
    let wrong = if scope == Scope::Managed { owner != 0 } else { !known };
    wrong.then(|| format!("user {owner}"))
}

#[cfg(not(unix))]
fn others(_: &Path, _: &Path, _: Scope) -> Option<String> {
    None
}

/// The options are ones that the hook takes, and speak of this platform, this state, this project.
pub(super) fn options(
    hooks: &[Hook],
    target: Target<'_>,
    around: Surroundings<'_>,
    again: &str,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for hook in hooks {
        for (health, what) in wrong_options(hook, target, around) {
            if !findings.iter().any(|finding| finding.what == what) {
                findings.push(Finding::new("options", health, what).mend(again));
            }
        }
    }
    if findings.is_empty() {
        findings.push(Finding::new("options", Health::Good, "platform, state directory and root are right"));
    }
    findings
}

fn wrong_options(hook: &Hook, target: Target<'_>, around: Surroundings<'_>) -> Vec<(Health, String)> {
    let parsed = arguments::parse(hook.words.iter().skip(1).map(OsString::from));
    let options = match parsed {
        Parsed::Registered(options) => options,
        Parsed::Other(option, _) => {
            return vec![(Health::Bad, format!("the hook does not know `{}`", option.to_string_lossy()))];
        }
    };
    let mut wrong = Vec::new();
    if options.format != target.recipe.platform {
        wrong.push((Health::Bad, format!("it answers as `{}`", options.format)));
    }
    let same =
        |left: &Path, right: &Path| left == right || left.canonicalize().ok() == right.canonicalize().ok();
    match &options.state_directory {
        Some(state) if !same(state, around.state) => {
            wrong.push((Health::Weak, format!("it uses the state directory `{}`", state.display())));
        }
        None if target.scope != Scope::Managed => {
            let what =
                "it takes the state directory from the environment, which a project's settings may change";
            wrong.push((Health::Weak, what.to_owned()));
        }
        Some(_) | None => {}
    }
    if let Some(root) = options.root.filter(|root| !root.is_dir()) {
        wrong.push((Health::Weak, format!("its project `{}` is not there", root.display())));
    }
    if options.allow_missing {
        wrong.push((Health::Note, "it lets everything pass where no policy is in force".to_owned()));
    }
    wrong
}
