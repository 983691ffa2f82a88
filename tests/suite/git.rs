//! What a repository's files say, compared with git itself.

use agsec::facts::git::{Config, Head, Tracked, find, is_ignored, is_tracked};
use agsec::facts::world::{Recorded, Surroundings};
use agsec::hook::world::Machine;
use std::path::Path;
use std::process::Command;

fn git(folder: &Path, args: &[&str]) -> (bool, String) {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git runs");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A repository with tracked, ignored and other files.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q"]);
    for (name, text) in [
        (
            ".gitignore",
            "*.log\n!keep.log\n/build/\nnode_modules\ndocs/*.txt\na/**/z\n# c\n\\#x\nq{1,2}\nspace\\ \nonly/**\n",
        ),
        ("src/.gitignore", "!*.log\nlocal.rs\n"),
        ("src/main.rs", ""),
        ("src/long/name/of/a/file-0123456789.rs", ""),
        ("src/long/name/of/a/file-9876543210.rs", ""),
        ("build/x", ""),
        ("sub/build/x", ""),
        ("a/b/c/z", ""),
    ] {
        std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        std::fs::write(root.join(name), text).unwrap();
    }
    assert!(git(root, &["add", "src", ".gitignore"]).0);
    folder
}

#[test]
fn tracked_paths_are_those_of_git_in_every_version_of_the_index() {
    let folder = repository();
    let root = folder.path();
    assert!(git(root, &["commit", "-qm", "x"]).0);
    for version in ["2", "4", "3"] {
        if version == "3" {
            git(root, &["add", "-N", "build/x", "-f"]);
        }
        git(root, &["update-index", "--index-version", version]);
        let found = find(root.to_str().unwrap(), &Machine).unwrap().unwrap();
        for name in
            ["src/main.rs", "src", "src/long/name/of/a/file-9876543210.rs", "sr", "src/main.r", "sub/build/x"]
        {
            let path = root.join(name);
            let expected = !git(root, &["ls-files", name]).1.is_empty();
            assert_eq!(
                is_tracked(&found, path.to_str().unwrap(), &Machine),
                Ok(expected),
                "{version} {name}"
            );
        }
    }
}

#[test]
fn a_tracked_file_that_is_gone_or_has_another_size_makes_a_tree_dirty_for_certain() {
    let folder = repository();
    let root = folder.path();
    assert!(git(root, &["commit", "-qm", "x"]).0);
    let found = find(root.to_str().unwrap(), &Machine).unwrap().unwrap();
    let differs = || Tracked::read(&found, &Machine).unwrap().differs(&Machine);
    assert!(differs().is_err(), "contents are not compared");
    std::fs::write(root.join("untracked"), "x").unwrap();
    assert!(differs().is_err());
    let text = std::fs::read(root.join("src/.gitignore")).unwrap();
    std::fs::write(root.join("src/.gitignore"), "more").unwrap();
    assert_eq!(differs(), Ok(true));
    assert!(!git(root, &["diff", "--quiet"]).0);
    std::fs::write(root.join("src/.gitignore"), text).unwrap();
    assert!(differs().is_err());
    std::fs::remove_file(root.join("src/main.rs")).unwrap();
    assert_eq!(differs(), Ok(true));
    git(root, &["update-index", "--skip-worktree", "src/main.rs"]);
    assert!(differs().is_err());
}

#[test]
fn ignored_paths_are_those_of_git() {
    let folder = repository();
    let root = folder.path();
    let found = find(root.join("src").to_str().unwrap(), &Machine).unwrap().unwrap();
    for name in [
        "x.log",
        "keep.log",
        "src/x.log",
        "src/local.rs",
        "local.rs",
        "build",
        "build/x",
        "sub/build",
        "sub/build/x",
        "node_modules",
        "deep/node_modules/x/y",
        "docs/a.txt",
        "docs/b/a.txt",
        "a/z",
        "a/b/c/z",
        "b/z",
        "#x",
        "q1",
        "q{1,2}",
        "space ",
        "space",
        "only/x",
        "src/main.rs",
    ] {
        let path = root.join(name);
        let expected = git(root, &["check-ignore", "-q", "--no-index", name]).0;
        let is = is_ignored(&found, path.to_str().unwrap(), &Surroundings::default(), &Machine);
        assert_eq!(is, Ok(expected), "{name}");
    }
}

#[test]
fn head_and_work_trees_are_found() {
    let folder = repository();
    let root = folder.path();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let found = find(&text(&root.join("src/long")), &Machine).unwrap().unwrap();
    assert_eq!(found.root, text(root));
    assert_eq!(found.head(&Machine), Ok(Head::Branch("main".into())));
    git(root, &["commit", "-qm", "x"]);
    let tree = root.join("tree");
    assert!(git(root, &["worktree", "add", "-q", "-b", "feature/x", "tree"]).0);
    let other = find(&text(&tree), &Machine).unwrap().unwrap();
    assert_eq!(other.head(&Machine), Ok(Head::Branch("feature/x".into())));
    assert_eq!((other.root.as_str(), &other.shared), (text(&tree).as_str(), &found.directory));
    assert_eq!(is_tracked(&other, &text(&tree.join("src/main.rs")), &Machine), Ok(true));
    git(root, &["checkout", "-q", "--detach"]);
    assert!(matches!(found.head(&Machine), Ok(Head::Detached(commit)) if commit.len() == 40));
    assert!(git(root, &["init", "-q", "--bare", "bare.git"]).0);
    let bare = find(&text(&root.join("bare.git/refs")), &Machine).unwrap().unwrap();
    assert!(bare.bare);
}

#[test]
fn what_is_not_certain_is_unsure_and_what_is_not_there_is_none() {
    assert_eq!(find("/srv/x", &Recorded::new()), Ok(None));
    assert!(find("/srv/x", &Recorded::new().file("/srv/.git", "nonsense")).is_err());
    assert!(find("/srv/x", &Recorded::new().file("/srv/.git", "gitdir: nowhere")).is_err());
    assert!(find("/srv/x", &Recorded::new().unknown("/srv/.git")).is_err());
    let world = Recorded::new()
        .file("/r/.git/HEAD", "ref: refs/heads/.invalid\n")
        .file("/r/.git/index", "DIRC\0\0\0\x09");
    let found = find("/r", &world).unwrap().unwrap();
    assert!(found.head(&world).is_err());
    assert!(is_tracked(&found, "/r/x", &world).is_err());
    assert_eq!(is_tracked(&found, "/other", &world), Ok(false));
}

#[test]
fn configuration_says_where_a_branch_goes() {
    let text = "[core]\n\tbare = false ; c\n[remote \"origin\"]\n url = https://h/x\n\tpush = +refs/heads/*:refs/heads/*\n\
        [Branch \"Fix\\\"x\"]\n remote = \"ori\"gin # c\n merge = refs/heads/\\\nmain\n[a]b=c\n[branch.old]\nremote=up\nflag\n";
    let config = Config::parse(text);
    let upstream = config.upstream("Fix\"x").unwrap().unwrap();
    assert_eq!(upstream.name(), "origin/main");
    assert_eq!(config.last("a", "", "b"), Some("c"));
    assert_eq!(config.last("branch", "old", "flag"), Some("true"));
    assert_eq!(config.upstream("other"), Ok(None));
    assert_eq!(config.push_refspecs("other"), Ok(vec!["+refs/heads/*:refs/heads/*".to_owned()]));
    let plain = |text: &str| Config::parse(text).push_refspecs("x");
    assert_eq!(plain(""), Ok(vec!["refs/heads/x:refs/heads/x".to_owned()]));
    assert_eq!(plain("[push]\ndefault=nothing"), Ok(vec![]));
    assert_eq!(plain("[push]\ndefault=matching"), Ok(vec![":".to_owned()]));
    let tracking = "[branch \"x\"]\nremote=origin\nmerge=refs/heads/main\n";
    assert_eq!(plain(tracking), Ok(vec![]));
    assert_eq!(
        plain(&format!("{tracking}[push]\ndefault=upstream")),
        Ok(vec!["refs/heads/x:refs/heads/main".to_owned()])
    );
    assert!(plain("[push]\ndefault=novel").is_err());
}

#[test]
fn configuration_includes_only_what_lies_inside() {
    let world = |include: &str| {
        Recorded::new()
            .file("/r/.git/HEAD", "ref: refs/heads/x")
            .file("/r/.git/config", format!("[include]\npath = {include}\n"))
            .file("/r/.git/more", "[a]\nb = 1\n")
            .file("/etc/more", "[a]\nb = 2\n")
    };
    for (include, value, open) in
        [("more", Some("1"), false), ("/etc/more", None, true), ("config", None, true)]
    {
        let world = world(include);
        let found = find("/r", &world).unwrap().unwrap();
        let config = found.config(&Surroundings::default(), &world).unwrap();
        assert_eq!((config.last("a", "", "b"), config.open), (value, open), "{include}");
    }
}
