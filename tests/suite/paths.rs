//! Paths: what spellings mean, what globs reach, what places are.

use agsec::facts::path::{
    Dots, Doubt, Found, Reach, could_reach, inside, is_glob, place, reach, resolve, resolve_exact, views,
};
use agsec::facts::world::{Recorded, Surroundings};
use proptest::prelude::*;

fn here() -> Surroundings {
    Surroundings {
        cwd: Some("/home/dev/shop/src".into()),
        home: Some("/home/dev".into()),
        user: Some("dev".into()),
        roots: vec!["/home/dev/shop".into()],
        ..Surroundings::default()
    }
}

fn world() -> Recorded {
    Recorded::new()
        .directory("/home/dev/shop/src")
        .file("/home/dev/.ssh/id_rsa", "")
        .file("/home/dev/shop/pages/[slug]/page.tsx", "")
        .file("/etc/passwd", "")
        .link("/home/dev/shop/keys", "../.ssh")
        .link("/home/dev/shop/root", "/")
        .link("/home/dev/shop/a", "b")
        .link("/home/dev/shop/b", "a")
        .link("/home/dev/shop/self", ".")
        .link("/home/dev/shop/pw", "/etc/passwd")
        .link("/home/dev/shop/new", "/etc/not-yet")
        .link("/home/dev/shop/chain", "src/../keys/")
        .link("/bin", "usr/bin")
        .link("/dev/fd", "/proc/self/fd")
        .other("/dev/sda")
        .unknown("/secret")
}

/// A spelling, and where it leads.
const SPELLINGS: &[(&str, &str)] = &[
    ("/etc/passwd", "/etc/passwd"),
    ("/etc//./passwd/", "/etc/passwd"),
    ("/", "/"),
    ("//", "/"),
    ("/..", "/"),
    ("/../../etc", "/etc"),
    ("", "/home/dev/shop/src"),
    (".", "/home/dev/shop/src"),
    ("..", "/home/dev/shop"),
    ("../../.ssh/id_rsa", "/home/dev/.ssh/id_rsa"),
    ("main.rs", "/home/dev/shop/src/main.rs"),
    ("~", "/home/dev"),
    ("~/", "/home/dev"),
    ("~//.ssh//id_rsa", "/home/dev/.ssh/id_rsa"),
    ("~dev/.ssh", "/home/dev/.ssh"),
    ("~root/.netrc", "/root/.netrc"),
    ("~+/x", "/home/dev/shop/src/x"),
    ("$HOME/.npmrc", "/home/dev/.npmrc"),
    ("${HOME}/.npmrc", "/home/dev/.npmrc"),
    ("$PWD/../x", "/home/dev/shop/x"),
    ("%USERPROFILE%/.ssh", "/home/dev/.ssh"),
    ("file:///etc/passwd", "/etc/passwd"),
    ("file:/etc/passwd", "/etc/passwd"),
    ("FILE://localhost/etc/p%61sswd?x#y", "/etc/passwd"),
    ("file:///C:/Users/x", "C:/Users/x"),
    ("C:\\Users\\dev\\..\\x", "C:/Users/x"),
    ("c:/Windows//System32/", "C:/Windows/System32"),
    ("\\\\?\\C:\\x", "C:/x"),
    ("/proc/self/root/etc/passwd", "/etc/passwd"),
    ("/proc/thread-self/root/etc", "/etc"),
    ("/proc/self/cwd/../../.ssh/id_rsa", "/home/dev/.ssh/id_rsa"),
    ("/proc/self/task/7/root/etc", "/etc"),
    ("/proc/self/environ", "/proc/self/environ"),
    ("/proc/cpuinfo", "/proc/cpuinfo"),
    ("/System/Volumes/Data/Users/alice/.npmrc", "/Users/alice/.npmrc"),
    ("/bin/rm", "/usr/bin/rm"),
    ("../keys/id_rsa", "/home/dev/.ssh/id_rsa"),
    ("../chain/id_rsa", "/home/dev/.ssh/id_rsa"),
    ("../root/etc/passwd", "/etc/passwd"),
    ("../self/self/self/src", "/home/dev/shop/src"),
    ("../keys/../x", "/home/dev/x"),
    ("../new", "/etc/not-yet"),
    ("../none/../keys/id_rsa", "/home/dev/.ssh/id_rsa"),
    ("~/.s*/id_rsa", "/home/dev/.s*/id_rsa"),
    ("../pages/[slug]/page.tsx", "/home/dev/shop/pages/[slug]/page.tsx"),
    // Near misses: names that only look so.
    ("./~/x", "/home/dev/shop/src/~/x"),
    ("a~", "/home/dev/shop/src/a~"),
    ("...", "/home/dev/shop/src/..."),
    ("file:x", "/home/dev/shop/src/file:x"),
    ("filex:///etc", "/home/dev/shop/src/filex:/etc"),
    ("%2fetc", "/home/dev/shop/src/%2fetc"),
    ("x\\y", "/home/dev/shop/src/x\\y"),
    ("C:x", "/home/dev/shop/src/C:x"),
    ("/procx/self/root/etc", "/procx/self/root/etc"),
    ("/proc/self/rootx/etc", "/proc/self/rootx/etc"),
    ("/etc/passwdx", "/etc/passwdx"),
    ("$HOMEX", "/home/dev/shop/src/$HOMEX"),
];

#[test]
fn spellings_of_a_tool_lead_where_a_system_would_go() {
    for (written, expected) in SPELLINGS {
        let resolved = resolve(written, None, &here(), &world());
        assert_eq!(resolved.absolute, *expected, "{written}");
    }
}

#[test]
fn what_cannot_be_certain_says_why() {
    let rows = [
        ("../a", Some(Doubt::Links)),
        ("/secret/x", Some(Doubt::Unseen)),
        ("~alice/.ssh", Some(Doubt::Home)),
        ("$X/y", Some(Doubt::Variable)),
        ("${X}/y", Some(Doubt::Variable)),
        ("/proc/self/fd/3", Some(Doubt::Process)),
        ("/dev/fd/3", Some(Doubt::Process)),
        ("/proc/17/root/etc", Some(Doubt::Process)),
        ("/proc/*/cwd/x", Some(Doubt::Process)),
        ("/proc/self/exe", Some(Doubt::Process)),
        ("file://host/etc", Some(Doubt::Elsewhere)),
        ("\\\\server\\share\\x", Some(Doubt::Elsewhere)),
        ("a\0b", Some(Doubt::Shape)),
        ("/etc/passwd", None),
        ("~/x", None),
        ("~root/x", None),
        ("$1", None),
        ("a$X", None),
        ("/proc/self/root/etc", None),
        ("/proc/self/status", None),
        ("/none/a/../b", None),
        ("../self/self", None),
    ];
    for (written, doubt) in rows {
        assert_eq!(resolve(written, None, &here(), &world()).doubt, doubt, "{written:?}");
    }
    let nowhere = Surroundings::default();
    assert_eq!(resolve("a/../b", None, &nowhere, &world()).absolute, "./b");
    assert_eq!(resolve("a", None, &nowhere, &world()).doubt, Some(Doubt::Directory));
    assert_eq!(resolve("~/x", None, &nowhere, &world()).doubt, Some(Doubt::Home));
    assert_eq!(resolve("a", Some("/srv"), &nowhere, &world()).absolute, "/srv/a");
}

#[test]
fn a_system_call_gets_a_path_as_it_stands() {
    for (written, expected) in [
        ("~/x", "/home/dev/shop/src/~/x"),
        ("$HOME", "/home/dev/shop/src/$HOME"),
        ("file:///etc", "/home/dev/shop/src/file:/etc"),
        ("../keys", "/home/dev/.ssh"),
        ("C:\\x", "C:/x"),
    ] {
        assert_eq!(resolve_exact(written, None, &here(), &world()).absolute, expected, "{written}");
    }
}

#[test]
fn links_leave_the_name_and_the_tidied_path_behind() {
    let pw = resolve("../pw", None, &here(), &world());
    assert_eq!((pw.absolute.as_str(), pw.name.as_deref()), ("/etc/passwd", Some("/home/dev/shop/pw")));
    assert!(pw.followed);
    assert_eq!(pw.found, Found::File);
    let chain = resolve("../chain", None, &here(), &world());
    assert_eq!(chain.name.as_deref(), Some("/home/dev/shop/chain"));
    let turned = resolve("../keys/../pages", None, &here(), &world());
    assert_eq!(turned.absolute, "/home/dev/pages");
    assert_eq!(turned.tidied.as_deref(), Some("/home/dev/shop/pages"));
    let plain = resolve("/etc/passwd", None, &here(), &world());
    assert_eq!((plain.name, plain.tidied, plain.followed), (None, None, false));
}

#[test]
fn what_lies_there_is_told() {
    for (written, found) in [
        ("/etc/passwd", Found::File),
        ("/etc", Found::Directory),
        ("/etc/none", Found::Missing),
        ("/etc/none/deeper", Found::Missing),
        ("/etc/p*", Found::Unknown),
        ("/dev/sda", Found::Other),
        ("/secret", Found::Unknown),
        ("/etc/passwd/..", Found::Directory),
        ("/proc/self/fd/3", Found::Unknown),
    ] {
        assert_eq!(resolve(written, None, &here(), &world()).found, found, "{written}");
    }
}

#[test]
fn systems_that_tell_no_case_apart_have_a_folded_path() {
    let mac = Surroundings {
        home: Some("/Users/Dev".into()),
        case_insensitive: true,
        mac: true,
        ..Surroundings::default()
    };
    let resolved = resolve("/USERS/dev/.SSH/id_rsa", None, &mac, &Recorded::new());
    assert_eq!(resolved.absolute, "/Users/Dev/.SSH/id_rsa");
    assert_eq!(resolved.folded.as_deref(), Some("/users/dev/.ssh/id_rsa"));
    assert_eq!(resolve("/private/etc/x", None, &mac, &Recorded::new()).absolute, "/etc/x");
    assert_eq!(resolve("/private/etcx", None, &mac, &Recorded::new()).absolute, "/private/etcx");
    assert_eq!(resolve("/ETC/X", None, &here(), &world()).folded, None);
}

#[test]
fn windows_separates_by_backslashes() {
    let windows = Surroundings { windows: true, cwd: Some("/c".into()), ..Surroundings::default() };
    for (written, expected, doubt) in [
        ("a\\..\\b", "/c/b", None),
        ("C:x", "C:/x", Some(Doubt::Drive)),
        ("//server/share/x", "//server/share/x", Some(Doubt::Elsewhere)),
        ("\\\\?\\UNC\\server\\share\\x", "//?/UNC/server/share/x", Some(Doubt::Elsewhere)),
    ] {
        let resolved = resolve(written, None, &windows, &Recorded::new());
        assert_eq!((resolved.absolute.as_str(), resolved.doubt), (expected, doubt), "{written}");
    }
}

#[test]
fn encoded_spellings_are_views() {
    let rows: [(&str, &[&str]); 14] = [
        ("%2fetc%2fshadow", &["/etc/shadow"]),
        ("~%252f%252epgpass", &["~%2f%2epgpass", "~/.pgpass"]),
        ("..%c0%af..%c0%afetc", &["../../etc"]),
        ("%e0%80%afetc", &["/etc"]),
        ("~/．npmrc", &["~/.npmrc"]),
        ("~/.pypirc%00.txt", &["~/.pypirc\0.txt", "~/.pypirc"]),
        ("\0../etc", &["../etc"]),
        ("~\\.ssh\\id_rsa", &["~/.ssh/id_rsa", "~.sshid_rsa"]),
        (".\\./etc", &["././etc", "../etc"]),
        ("%u002e%u002e/x", &["../x"]),
        ("x::$DATA", &["x"]),
        // Near misses.
        ("100%", &[]),
        ("a/b-c.d", &[]),
        ("%zz %2", &[]),
    ];
    for (written, expected) in rows {
        assert_eq!(views(written), expected, "{written:?}");
    }
}

#[test]
fn globs_reach_what_they_could_match() {
    let hits = [
        ("/etc/p?sswd", "/etc/passwd"),
        ("/e*/passwd", "/etc/passwd"),
        ("/etc/[a-q]asswd", "/etc/passwd"),
        ("/etc/[!x]asswd", "/etc/passwd"),
        ("/etc/[[:alpha:]]asswd", "/etc/passwd"),
        ("/home/dev/.a*", "/home/dev/.aws"),
        ("/home/dev/.{aws,ssh}/*", "/home/dev/.ssh/id_rsa"),
        ("/{etc,home/{a,dev}/.ssh}/id_rsa", "/home/dev/.ssh/id_rsa"),
        ("/a/**/c", "/a/c"),
        ("/a/**/c", "/a/b/b/c"),
        ("/a/@(x|passwd)", "/a/passwd"),
        ("/a/x{1..3}", "/a/x2"),
        ("/a/\\*", "/a/*"),
        ("/a/b{c", "/a/b{c"),
        ("/a/*b*c*d", "/a/xbxbxcxcd"),
        ("/etc/passwd", "/etc/passwd"),
    ];
    for (glob, path) in hits {
        assert!(could_reach(glob, path), "{glob} {path}");
    }
    let misses = [
        ("/etc/p?sswd", "/etc/psswd"),
        ("/home/dev/*", "/home/dev/.ssh"),
        ("/home/dev/?ssh", "/home/dev/.ssh"),
        ("/etc/[!p]asswd", "/etc/passwd"),
        ("/etc/*", "/etc/a/b"),
        ("/a/{b,c}", "/a/d"),
        ("/a/{b}", "/a/b"),
        ("/a/**/c", "/a/b"),
        ("/a/\\*", "/a/b"),
        ("/a/*b*c*d", "/a/xbxdxc"),
        ("/etc/passw", "/etc/passwd"),
    ];
    for (glob, path) in misses {
        assert!(!could_reach(glob, path), "{glob} {path}");
    }
}

#[test]
fn a_glob_reaches_folders_above_and_things_below() {
    for (glob, path, expected) in [
        ("/*", "/etc/passwd", Reach::Above),
        ("/h*/dev", "/home/dev/.ssh/id_rsa", Reach::Above),
        ("/home/*/.ssh", "/home", Reach::Below),
        ("/etc/*.conf", "/etc/passwd", Reach::Nothing),
        ("/var/*", "/etc", Reach::Nothing),
        ("/home/dev/**", "/home/dev", Reach::Itself),
    ] {
        assert_eq!(reach(glob, path, Dots::Hidden, false), expected, "{glob} {path}");
    }
    assert_eq!(reach("/home/dev/*", "/home/dev/.ssh", Dots::Shown, false), Reach::Itself);
    assert_eq!(reach("/HOME/D*", "/home/dev", Dots::Hidden, true), Reach::Itself);
    // What cannot be compared in bounded time could reach anything.
    assert!(could_reach(&"{a,b}".repeat(30), "/x"));
    assert!(could_reach(&"*".repeat(5000), "/x"));
}

#[test]
fn globs_are_told_from_names() {
    for text in ["a*", "a?", "[ab]", "{a,b}", "{1..9}", "@(a|b)"] {
        assert!(is_glob(text), "{text}");
    }
    for text in ["a", "a[", "]a[", "{a}", "a}", "(a)", "a,b"] {
        assert!(!is_glob(text), "{text}");
    }
}

#[test]
fn places_have_kinds() {
    let rows = [
        ("/", "root"),
        ("C:/", "root"),
        ("/home/dev/shop", "project"),
        ("/home/dev/shop/.env", "in_project"),
        ("/home/dev", "home"),
        ("/home/dev/.ssh", "in_home"),
        ("/home/dev/shopping", "in_home"),
        ("/home", "other_home"),
        ("/home/alice", "other_home"),
        ("/home/developer", "other_home"),
        ("/root/.ssh", "other_home"),
        ("/etc", "system"),
        ("/etc/passwd", "in_system"),
        ("C:/Windows", "system"),
        ("C:/Windows/x", "in_system"),
        ("/etcetera", "elsewhere"),
        ("/srv/x", "elsewhere"),
        ("/tmp/x", "temporary"),
        ("/var/tmp", "temporary"),
        ("/tmpx", "elsewhere"),
        ("/dev/null", "stream"),
        ("/dev/nullx", "device"),
        ("/dev/sda", "device"),
        ("/proc/1/environ", "kernel"),
        ("./x", "elsewhere"),
    ];
    for (path, name) in rows {
        assert_eq!(place(path, &here()).name(), name, "{path}");
    }
    let wide = Surroundings { roots: vec!["/home/dev".into(), "/".into()], ..here() };
    assert_eq!(place("/home/dev/.ssh", &wide).name(), "in_home");
    assert!(inside("/a/b", "/a") && inside("/a", "/a/") && inside("/a", "/"));
    assert!(!inside("/ab", "/a") && !inside("/", "/a"));
}

#[test]
fn hostile_paths_end_soon() {
    let many = "a/../".repeat(200_000);
    let resolved = resolve(&many, None, &here(), &world());
    assert_eq!(resolved.doubt, Some(Doubt::Shape));
    let mut deep = Recorded::new();
    for index in 0..100 {
        deep = deep.link(&format!("/l{index}"), &format!("/l{}/l{}", index + 1, index + 1));
    }
    assert_eq!(resolve("/l0", None, &here(), &deep).doubt, Some(Doubt::Links));
    let doubling = Recorded::new().link("/x", "x/x/x/x/x/x/x/x");
    assert_eq!(resolve("/x", None, &here(), &doubling).doubt, Some(Doubt::Links));
}

fn spelling() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "/",
        "..",
        ".",
        "~",
        "a",
        "keys",
        "root",
        "shop",
        "$HOME",
        "proc/self/root",
        "proc/self/cwd",
        "*",
        "[a]",
        "{a,b}",
        "\\",
        "C:",
        "%2e",
        "file:///",
        "é",
        "\0",
        "System/Volumes/Data",
        "dev",
        "home",
    ]);
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn resolving_what_is_resolved_changes_nothing(written in spelling()) {
        let resolved = resolve(&written, None, &here(), &world());
        prop_assert!(resolved.absolute.starts_with('/') || resolved.absolute.get(1..2) == Some(":"));
        if resolved.doubt.is_none() {
            let again = resolve(&resolved.absolute, None, &here(), &world());
            prop_assert_eq!(&again.absolute, &resolved.absolute);
            let exact = resolve_exact(&resolved.absolute, None, &here(), &world());
            prop_assert_eq!(&exact.absolute, &resolved.absolute);
        }
    }

    #[test]
    fn any_text_is_a_path_a_glob_and_has_few_views(text in "\\PC{0,40}|[%\\\\{},*?\\[\\]!^/.~$()@a-c0-9\\x00-]{0,40}") {
        let _ = resolve(&text, None, &here(), &world());
        let _ = reach(&text, "/home/dev/.ssh", Dots::Hidden, true);
        prop_assert!(views(&text).len() <= agsec::facts::path::VIEWS);
        prop_assert!(is_glob(&text) || text.contains(['\\', '(']) || text.is_empty()
            || could_reach(&text, &text));
    }
}
