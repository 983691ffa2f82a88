//! `--managed`: configuration and policies that the agents' users cannot write.
//!
//! In: the program, where the machine's files begin. Out: the organisation's bundle, made from its policies, which are the
//! default ones where there are none. Deliberately not here: the agents' files (`install`).

use super::super::failure::Failure;
use super::super::init::write_defaults;
use super::super::{policies, progress};
use super::policy::Policy;
use crate::engine::build::{self, Label};
use crate::engine::replace;
use crate::hook::arguments::ORGANISATION_DIRECTORY;
use crate::hook::map::is_roots_alone;
use crate::hook::source;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Permissions of the organisation's bundle: every agent's hook reads it.
const BUNDLE: u32 = 0o644;

/// A registered program that others can replace protects nothing. In an image its owner is not known yet.
pub(super) fn check_program(program: &str, prefix: &Path) -> Result<(), Failure> {
    if prefix != Path::new("/") {
        return Ok(());
    }
    let path = Path::new(program);
    let real =
        path.canonicalize().map_err(|error| Failure::new(format!("`{program}` cannot be read: {error}")))?;
    let open = |path: &Path| !fs::metadata(path).is_ok_and(|metadata| is_roots_alone(&metadata));
    let both = path.ancestors().chain(real.ancestors());
    match both.into_iter().find(|path| open(path)) {
        None => Ok(()),
        Some(weak) => Err(Failure::new(format!(
            "`{program}` cannot be registered for the machine: others than root can write `{}`",
            weak.display()
        ))
        .help("copy `agsec` and `agsec-hook` as root to `/usr/local/bin` and run that one, or name it with `--program`")),
    }
}

/// Compiles the organisation's policies where no bundle is there yet; writes the default ones where there are none.
pub(super) fn policy(prefix: &Path, dry_run: bool) -> Result<Policy, Failure> {
    let directory = prefix.join(ORGANISATION_DIRECTORY.trim_start_matches('/'));
    let bundle = directory.join("policy.agsb");
    if fs::symlink_metadata(&bundle).is_ok() {
        return Ok(Policy::InForce);
    }
    if dry_run {
        return Ok(Policy::Missing(directory.join("policies")));
    }
    let text = directory.join("policies");
    let failed = |path: &Path, error: &io::Error| {
        Failure::new(format!("`{}` cannot be written: {error}", path.display()))
            .help("run it as root, e.g. with `sudo`")
    };
    fs::create_dir_all(&directory).map_err(|error| failed(&directory, &error))?;
    if !source::list(&text).is_ok_and(|files| !files.is_empty()) {
        write_defaults(&text)?;
    }
    let place = PathBuf::from(ORGANISATION_DIRECTORY).join("policies");
    let label = Label { name: "organisation", directory: &place.to_string_lossy(), overlay: false };
    let compiled = progress::during("compiling the policies", || build::from_path(&text, &label));
    let built = compiled
        .map_err(|rejected| Failure::rejected(&rejected, format!("`{}` does not compile", text.display())))?;
    replace::replace(&bundle, &built.bytes, BUNDLE).map_err(|error| failed(&bundle, &error))?;
    for (path, wanted) in [(directory.as_path(), 0o755), (bundle.as_path(), BUNDLE)] {
        permit(path, wanted).map_err(|error| failed(path, &error))?;
    }
    Ok(Policy::Organisation { bundle, summary: policies::summary(&built.policy) })
}

#[cfg(unix)]
fn permit(path: &Path, wanted: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(wanted))
}

#[cfg(not(unix))]
fn permit(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}
