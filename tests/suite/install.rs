//! Every recipe: on an empty place, on a configuration with comments and hooks of others, twice, and taken out again.

use agsec::install::recipe::{self, Bases, Content, Lists, Place, Recipe, Scope, Shape, Syntax};
use agsec::install::recipes::RECIPES;
use agsec::install::{self, Plan, Target, Wanted, detect, edit};
use std::fs;
use std::path::Path;

struct Room {
    _folder: tempfile::TempDir,
    bases: Bases,
    records: std::path::PathBuf,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let above = folder.path().canonicalize().unwrap();
        let at = |name: &str| above.join(name);
        for name in ["home", "shop", "machine"] {
            fs::create_dir(at(name)).unwrap();
        }
        let bases = Bases { home: at("home"), moved: None, project: at("shop"), machine: at("machine") };
        Self { records: at("records"), bases, _folder: folder }
    }

    fn target(&self, recipe: &'static Recipe, scope: Scope) -> Target<'_> {
        Target { recipe, scope, bases: &self.bases }
    }

    fn install(&self, recipe: &'static Recipe, scope: Scope) -> Vec<Plan> {
        let command = command(recipe);
        let wanted = Wanted { command: &command, prompts: false };
        let plans = install::install(self.target(recipe, scope), &self.records, wanted);
        let plans = plans.unwrap_or_else(|error| panic!("{} {scope:?}: {error}", recipe.platform));
        plans.iter().for_each(|plan| plan.apply(&self.records).unwrap());
        plans
    }

    fn uninstall(&self, recipe: &'static Recipe, scope: Scope) {
        let plans = install::uninstall(self.target(recipe, scope), &self.records);
        let plans = plans.unwrap_or_else(|error| panic!("{} {scope:?}: {error}", recipe.platform));
        plans.iter().for_each(|plan| plan.apply(&self.records).unwrap());
    }

    /// Everything but the records.
    fn tree(&self) -> Vec<(std::path::PathBuf, Vec<u8>)> {
        let roots = [&self.bases.home, &self.bases.project, &self.bases.machine];
        roots.into_iter().flat_map(|root| crate::cli::desk::tree(root)).collect()
    }
}

/// With a space and a quote, as paths may have.
fn command(recipe: &Recipe) -> Vec<String> {
    recipe::command(
        "/opt/o'dd dir/agsec-hook",
        recipe.platform,
        Some("/home/dev/.agsec"),
        Some(Path::new("/home/dev/a b")),
    )
}

/// Every agent with every scope that it has.
fn all() -> impl Iterator<Item = (&'static Recipe, Scope)> {
    RECIPES.into_iter().flat_map(|recipe| {
        Scope::ALL.into_iter().filter(|scope| recipe.has(*scope)).map(move |scope| (recipe, scope))
    })
}

fn lists(place: &Place) -> Option<&'static Lists> {
    match place.content {
        Content::Lists(lists) => Some(lists),
        Content::Program(..) | Content::Text(_) => None,
    }
}

/// A configuration as people have it: a hook of somebody else's for the same event, odd formatting, comments where the
/// agent takes them, another member.
fn foreign(lists: &Lists) -> String {
    let event = lists.events[0];
    let comment = if lists.syntax == Syntax::Jsonc { " // mine\n" } else { "\n" };
    match (lists.syntax, lists.map, lists.shape) {
        (Syntax::Jsonc | Syntax::Json, ["hooks"], Shape::Groups) => format!(
            "{{{comment}\t\"model\" :\"opus\",\n  \"hooks\": {{\"{event}\": [ {{\"matcher\": \"X\", \"hooks\": [{{\"type\": \
             \"command\", \"command\": \"lint --all\"}}]}}]}}\n}}"
        ),
        (Syntax::Jsonc | Syntax::Json, ["agsec"], _) => {
            "{\n  \"other\": {\"PreToolUse\": [{\"hooks\": [{\"command\": \"lint --all\"}]}]} }\n".to_owned()
        }
        (Syntax::Jsonc | Syntax::Json, [], _) => format!(
            "{{{comment} \"{event}\": [{{\"matcher\": \"X\", \"hooks\": [{{\"type\": \"command\", \"command\": \"lint \
             --all\"}}]}}] }}\n"
        ),
        (Syntax::Jsonc | Syntax::Json, _, Shape::Handlers) => format!(
            "{{{comment}  \"version\": 1,\n  \"hooks\": {{ \"{event}\": [{{\"command\": \"lint --all\"}}] ,\"x\": [] }}\n}}\n"
        ),
        (Syntax::Jsonc | Syntax::Json, _, _) => {
            format!("{{{comment}\"hooks\": [{{\"name\": \"lint\", \"action\": {{\"command\": \"lint --all\"}}}}]}}")
        }
        (Syntax::Toml, _, Shape::Single) => "# mine\nmodel = 'k2' # yes\n\n[[hooks]]\nevent = \"PreToolUse\"\ncommand = \
                                             \"lint --all\"\n\n[last] # end\nx = 1\n"
            .to_owned(),
        (Syntax::Toml, _, _) => "# mine\nallow_managed_hooks_only = true\n\n[hooks]\nmanaged_dir = \"/opt/x\"\n\n\
                                 [[hooks.PreToolUse]]\nmatcher = \"^Bash$\"\n[[hooks.PreToolUse.hooks]]\ntype = \
                                 \"command\"\ncommand = \"lint --all\"\n"
            .to_owned(),
        (Syntax::Yaml, _, _) => "# mine\nmodel: x # yes\nhooks:\n  # theirs\n  pre_tool_call:\n    - matcher: \"terminal\"\n      \
                                 command: \"lint --all\"\n\n  post_tool_call:\n  - command: bell\nlast: [1, 2]\n"
            .to_owned(),
    }
}

#[test]
fn on_an_empty_place_the_hook_is_registered_once_and_leaves_nothing_behind() {
    for (recipe, scope) in all() {
        let room = Room::new();
        let before = room.tree();
        let plans = room.install(recipe, scope);
        assert!(
            !plans.is_empty() && plans.iter().all(|plan| plan.before.is_none()),
            "{} {scope:?}",
            recipe.platform
        );
        let installed = room.tree();
        assert!(room.install(recipe, scope).iter().all(Plan::is_done), "{} {scope:?}", recipe.platform);
        assert_eq!(room.tree(), installed);
        for place in recipe.places(scope) {
            let text = fs::read_to_string(place.file(recipe, &room.bases)).unwrap();
            let Some(lists) = lists(place) else { continue };
            let ours = edit::ours(&text, lists).unwrap();
            assert_eq!(ours.len(), lists.events.len() * lists.elements.len(), "{}", place.path);
        }
        room.uninstall(recipe, scope);
        assert_eq!(room.tree(), before, "{} {scope:?}", recipe.platform);
    }
}

#[test]
fn what_others_have_in_a_file_stays_and_comes_back_to_the_byte() {
    let mut tried = 0;
    for (recipe, scope) in all() {
        for place in recipe.places(scope) {
            let Some(lists) = lists(place) else { continue };
            let room = Room::new();
            let file = place.file(recipe, &room.bases);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            let before = foreign(lists);
            fs::write(&file, &before).unwrap();
            room.install(recipe, scope);
            let installed = fs::read_to_string(&file).unwrap();
            assert!(installed.contains("lint --all") && installed.contains("agsec-hook"), "{installed}");
            assert_eq!(installed.contains("mine"), before.contains("mine"), "{installed}");
            assert!(room.install(recipe, scope).iter().all(Plan::is_done), "{} {scope:?}", recipe.platform);
            room.uninstall(recipe, scope);
            assert_eq!(fs::read_to_string(&file).unwrap(), before, "{} {scope:?}", recipe.platform);
            // Somebody changes the file after the hook is in it.
            room.install(recipe, scope);
            let changed = changed(&fs::read_to_string(&file).unwrap(), lists);
            fs::write(&file, &changed).unwrap();
            room.uninstall(recipe, scope);
            let after = fs::read_to_string(&file).unwrap();
            assert!(
                after.contains("lint --all") && after.contains("added") && !after.contains("agsec-hook"),
                "{after}"
            );
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}

fn changed(text: &str, lists: &Lists) -> String {
    match lists.syntax {
        Syntax::Jsonc | Syntax::Json if lists.map.is_empty() => text.replacen('{', "{\"added\": [],", 1),
        Syntax::Jsonc | Syntax::Json => text.replacen('{', "{\"added\": 1,", 1),
        Syntax::Toml => format!("{text}\n[added]\nx = 1\n"),
        Syntax::Yaml => format!("{text}added: 1\n"),
    }
}

#[test]
fn a_file_that_the_agent_itself_could_not_read_is_left_alone() {
    for (recipe, scope) in all() {
        for place in recipe.places(scope) {
            let room = Room::new();
            let file = place.file(recipe, &room.bases);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            let broken = match lists(place).map(|lists| lists.syntax) {
                Some(Syntax::Json) => "{\"hooks\": {}} // no comments here",
                Some(Syntax::Toml) => "hooks = [",
                Some(Syntax::Yaml) => "hooks: [\n",
                Some(Syntax::Jsonc) => "{\"hooks\": {}",
                None => "somebody else's\n",
            };
            fs::write(&file, broken).unwrap();
            let command = command(recipe);
            let wanted = Wanted { command: &command, prompts: true };
            let refused = install::install(room.target(recipe, scope), &room.records, wanted);
            assert!(refused.is_err(), "{} {}", recipe.platform, place.path);
            assert_eq!(fs::read_to_string(&file).unwrap(), broken);
        }
    }
}

#[test]
fn the_first_hook_that_decides_wins_so_ours_stands_first() {
    let room = Room::new();
    let droid = recipe_of("droid");
    let file = room.bases.home.join(".factory/hooks.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let lists = lists(&droid.files[0]).unwrap();
    fs::write(&file, foreign(lists)).unwrap();
    room.install(droid, Scope::User);
    let value = edit::value(&fs::read_to_string(&file).unwrap(), lists.syntax).unwrap();
    assert!(value["PreToolUse"][0].to_string().contains("agsec-hook"), "{value}");
    assert!(value["PreToolUse"][1].to_string().contains("lint"), "{value}");
}

#[test]
fn a_file_beside_that_has_the_hooks_of_others_is_used_where_ours_would_hide_them() {
    let room = Room::new();
    let droid = recipe_of("droid");
    let settings = room.bases.home.join(".factory/settings.json");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    let before =
        r#"{"hooks": {"PreToolUse": [{"matcher": "Execute", "hooks": [{"command": "lint --all"}]}]}}"#;
    fs::write(&settings, before).unwrap();
    room.install(droid, Scope::User);
    assert!(fs::read_to_string(&settings).unwrap().contains("agsec-hook"));
    assert!(!room.bases.home.join(".factory/hooks.json").exists());
    assert!(room.install(droid, Scope::User).iter().all(Plan::is_done));
    room.uninstall(droid, Scope::User);
    assert_eq!(fs::read_to_string(&settings).unwrap(), before);
}

#[test]
fn yaml_is_edited_in_every_block_style_and_refused_in_flow_style() {
    let hermes = recipe_of("hermes");
    for (before, works) in [
        ("", true),
        ("a: 1", true),
        ("hooks:\n", true),
        ("hooks: {}\nb: 2\n", true),
        ("hooks: ~ # none\n", true),
        ("hooks:\n    pre_tool_call: []\n", true),
        ("hooks:\n  pre_tool_call:\n  - command: x\n    timeout: 3\n  - command: y\n", true),
        ("hooks:\n  other:\n    - command: x\n# end\n", true),
        ("\"hooks\":\n  'pre_tool_call':\n    -\n      command: x\n", true),
        ("hooks: {pre_tool_call: [{command: x}]}\n", false),
        ("hooks:\n  pre_tool_call: [{command: x}]\n", false),
        ("hooks: [1]\n", false),
        ("a: 1\n---\nb: 2\n", false),
        ("a: |\n  hooks:\nb: 2\n", true),
    ] {
        let room = Room::new();
        let file = room.bases.home.join(".hermes/config.yaml");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, before).unwrap();
        let command = command(hermes);
        let wanted = Wanted { command: &command, prompts: false };
        let plans = install::install(room.target(hermes, Scope::User), &room.records, wanted);
        assert_eq!(plans.is_ok(), works, "{before:?}: {plans:?}");
        let Ok(plans) = plans else { continue };
        let after = plans[0].after.clone().unwrap();
        assert!(after.contains("fail_closed: true"), "{after}");
        let without = edit::unregister(&after, lists(&hermes.files[0]).unwrap()).unwrap();
        let value = |text: &str| edit::value(text, Syntax::Yaml).unwrap();
        let empty = |text: &str| {
            value(text)["hooks"]
                .as_object()
                .is_none_or(|hooks| hooks.values().all(|list| list.as_array().is_none_or(Vec::is_empty)))
        };
        assert!(value(&without) == value(before) || (empty(&without) && empty(before)), "{without}");
    }
}

#[test]
fn programs_of_ours_are_replaced_by_newer_ones_and_have_to_be_started() {
    let room = Room::new();
    let cline = recipe_of("cline");
    room.install(cline, Scope::Project);
    let hook = room.bases.project.join(".clinerules/hooks/PreToolUse");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&hook).unwrap().permissions().mode() & 0o777, 0o755);
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
        room.install(cline, Scope::Project);
        assert_eq!(fs::metadata(&hook).unwrap().permissions().mode() & 0o777, 0o755);
    }
    let older = fs::read_to_string(&hook).unwrap().replace("agsec-hook", "agsec-hook-of-old");
    fs::write(&hook, older).unwrap();
    room.install(cline, Scope::Project);
    assert!(!fs::read_to_string(&hook).unwrap().contains("of-old"));
}

#[test]
fn a_program_of_somebody_elses_stays_where_ours_is_taken_out() {
    let room = Room::new();
    let file = room.bases.home.join(".config/opencode/plugins/agsec.js");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "// mine\n").unwrap();
    room.uninstall(recipe_of("opencode"), Scope::User);
    assert_eq!(fs::read_to_string(&file).unwrap(), "// mine\n");
}

#[test]
fn a_file_that_somebody_changes_between_plan_and_deed_is_left_alone() {
    let room = Room::new();
    let codex = recipe_of("codex");
    let command = command(codex);
    let wanted = Wanted { command: &command, prompts: false };
    let plans = install::install(room.target(codex, Scope::User), &room.records, wanted).unwrap();
    fs::create_dir_all(plans[0].file.parent().unwrap()).unwrap();
    fs::write(&plans[0].file, "{}").unwrap();
    let refused = plans[0].apply(&room.records).unwrap_err().to_string();
    assert!(refused.contains("somebody changed it just now"), "{refused}");
    assert_eq!(fs::read_to_string(&plans[0].file).unwrap(), "{}");
}

#[test]
fn where_an_agents_folder_is_moved_its_files_are_there() {
    for recipe in RECIPES {
        let Some((_, folder)) = recipe.moved() else { continue };
        let mut room = Room::new();
        let moved = room.bases.home.join("moved");
        room.bases.moved = Some(moved.clone());
        for place in recipe.places(Scope::User) {
            let below = Path::new(place.path).strip_prefix(folder).unwrap();
            assert_eq!(place.file(recipe, &room.bases), moved.join(below), "{}", recipe.platform);
        }
    }
}

#[test]
fn an_agent_gives_itself_away_by_a_program_or_a_folder() {
    let room = Room::new();
    let (home, bin) = (&room.bases.home, room.bases.machine.join("bin"));
    let sign = || detect::sign(recipe_of("codex"), home, std::slice::from_ref(&bin));
    assert_eq!(sign(), None);
    fs::create_dir_all(bin.join("codex")).unwrap();
    assert_eq!(sign(), None, "a folder is no program");
    fs::remove_dir(bin.join("codex")).unwrap();
    fs::write(bin.join("codex"), "").unwrap();
    assert_eq!(sign(), Some(bin.join("codex")));
    fs::remove_file(bin.join("codex")).unwrap();
    fs::create_dir(home.join(".codex")).unwrap();
    assert_eq!(sign(), Some(home.join(".codex")));
}

fn recipe_of(platform: &str) -> &'static Recipe {
    agsec::install::recipes::find(platform).unwrap()
}
