//! The table of wrappers: programs that run a command given in their words or options, one row each.
//!
//! In: the name of a program. Out: how its options are skipped, where the inner command starts, and what it runs in.
//! Deliberately not here: carrying it out (`unwrap`), programs whose commands stand in their own languages (`carrier`).

/// How the words behind the options are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// As a program and its arguments.
    Words,
    /// The same, after `NAME=value` words.
    Assignments,
    /// Joined by spaces, as a text of a shell.
    Joined,
    /// Each as a text of a shell.
    Each,
    /// As a program and its arguments, but only those behind `--`, where there is one.
    AfterDashes,
    /// Not at all: only options hold commands.
    Nothing,
}

/// One wrapper.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrapper {
    /// The program, e.g. `docker`.
    pub(super) name: &'static str,
    /// The sub-command, e.g. `compose exec`; spellings of one word are parted by `|`.
    pub(super) under: &'static str,
    /// Options that take a value, parted by spaces.
    pub(super) values: &'static str,
    /// Options whose value is a text of a shell.
    pub(super) texts: &'static str,
    /// Options whose value is the directory that it runs in.
    pub(super) directory: &'static str,
    /// Options with which nothing is run.
    pub(super) asks: &'static str,
    /// Words before the command that belong to the wrapper.
    pub(super) skip: u8,
    /// How the rest is run.
    pub(super) runs: Runs,
    /// Whether it runs on another machine or in a container.
    pub(super) elsewhere: bool,
}

const fn row(name: &'static str, values: &'static str) -> Wrapper {
    Wrapper {
        name,
        under: "",
        values,
        texts: "",
        directory: "",
        asks: "",
        skip: 0,
        runs: Runs::Words,
        elsewhere: false,
    }
}

impl Wrapper {
    const fn under(self, under: &'static str) -> Self {
        Self { under, ..self }
    }

    const fn texts(self, texts: &'static str) -> Self {
        Self { texts, ..self }
    }

    const fn directory(self, directory: &'static str) -> Self {
        Self { directory, ..self }
    }

    const fn asks(self, asks: &'static str) -> Self {
        Self { asks, ..self }
    }

    const fn skip(self, skip: u8) -> Self {
        Self { skip, ..self }
    }

    const fn runs(self, runs: Runs) -> Self {
        Self { runs, ..self }
    }

    const fn elsewhere(self) -> Self {
        Self { elsewhere: true, ..self }
    }
}

/// The rows for a program; more than one where it has several sub-commands.
pub(super) fn rows(name: &str) -> impl Iterator<Item = &'static Wrapper> {
    let from = WRAPPERS.partition_point(|row| row.name < name);
    let rows = WRAPPERS.get(from..).unwrap_or_default();
    let same = rows.partition_point(|row| row.name == name);
    rows.get(..same).unwrap_or_default().iter()
}

const CONTAINER_RUN: &str = "-a --attach --add-host --annotation --blkio-weight --cap-add --cap-drop --cgroup-parent \
    --cidfile --cpus -c --cpu-shares --device --dns -e --env --env-file --entrypoint --expose --gpus --group-add -h \
    --hostname --ip --ipc -l --label --link --log-driver --log-opt -m --memory --mount --name --net --network \
    --network-alias --pid --platform -p --publish --pull --restart --runtime --security-opt --shm-size --stop-signal \
    --storage-opt --sysctl --tmpfs --ulimit -u --user --userns --uts -v --volume --volumes-from -w --workdir";
const CONTAINER_EXEC: &str = "-e --env --env-file -u --user -w --workdir --detach-keys";
const COMPOSE: &str =
    "-e --env -u --user -w --workdir --index --name -p --publish -v --volume --entrypoint -l --label";
const KUBECTL: &str = "-c --container -n --namespace --context --kubeconfig -f --filename --pod-running-timeout --image \
    --env --labels -l --overrides --restart --port --cluster --user -s --server";
const SUDO: &str = "-u --user -g --group -h --host -p --prompt -C --close-from -D --chdir -r --role -t --type -T \
    --command-timeout -U --other-user -R --chroot";
const SYSTEMD: &str = "-p --property -u --unit -M --machine -H --host --uid --gid --description --slice --on-active \
    --on-boot --on-calendar --on-startup --on-unit-active --timer-property -E --setenv --working-directory --nice \
    --service-type --background";
const NSENTER: &str = "-t --target -S --setuid -G --setgid";
const STRACE: &str = "-o --output -e --trace -E --env -p --attach -s --string-limit -u --user -P --trace-path -a -I -O \
    -S -U -X -b";
const UV: &str = "--with --with-editable --with-requirements -p --python --project --directory --env-file --extra \
    --group --package --index-url -i --from -c --constraints --index --cache-dir -C --color";

/// All wrappers, by name.
pub(super) const WRAPPERS: &[Wrapper] = &[
    row("adb", "-s -t -H -P").under("shell").runs(Runs::Joined).elsewhere(),
    row("asdf", "").under("exec"),
    row("aws-vault", "-d --duration -t --mfa-token --region").under("exec").skip(1),
    row("builtin", ""),
    row("bundle", "--gemfile --path").under("exec"),
    row("bunx", "-p --package"),
    row("busybox", ""),
    row("bwrap", "--bind --ro-bind --dev-bind --symlink --setenv").runs(Runs::AfterDashes),
    row("caffeinate", "-t -w"),
    row("cgexec", "-g"),
    row("chroot", "--userspec --groups").skip(1),
    row("chrt", "-T --sched-runtime -P --sched-period -D --sched-deadline").asks("-m --max -p --pid").skip(1),
    row("command", "").asks("-v -V"),
    row("concurrently", "-n --names -c --prefix-colors -p --prefix -k -m --max-processes").runs(Runs::Each),
    row("conda", "-n --name -p --prefix --cwd").under("run"),
    row("cross-env", "").runs(Runs::Assignments),
    row("cross-env-shell", "").runs(Runs::Assignments),
    row("dbus-launch", "").asks("--autolaunch"),
    row("dbus-run-session", "--config-file --dbus-daemon"),
    row("devbox", "-c --config -e --env").under("run"),
    row("direnv", "").under("exec").skip(1),
    row("doas", "-u -C"),
    row("docker", CONTAINER_RUN).under("run").skip(1).elsewhere(),
    row("docker", CONTAINER_EXEC).under("exec").skip(1).elsewhere(),
    row("docker", CONTAINER_RUN).under("container run").skip(1).elsewhere(),
    row("docker", CONTAINER_EXEC).under("container exec").skip(1).elsewhere(),
    row("docker", COMPOSE).under("compose run|exec").skip(1).elsewhere(),
    row("docker-compose", COMPOSE).under("run|exec").skip(1).elsewhere(),
    row("doppler", "-p --project -c --config -t --token --scope --mount --name-transformer")
        .under("run")
        .texts("--command"),
    row("dotenv", "-e -f -v -c -p --file"),
    row("dotenvx", "-f --env-file -e --env").under("run"),
    row("entr", "").texts("-s"),
    row("env", "-u --unset").directory("-C --chdir").runs(Runs::Assignments),
    row("exec", "-a"),
    row("fakeroot", "-l --lib -f --faked -s -i -b"),
    row("firejail", "--profile"),
    row("flatpak-spawn", "--env"),
    row("flock", "-w --timeout -E --conflict-exit-code").texts("-c --command").skip(1),
    row("flox", "-d --dir -r --remote").under("activate").texts("-c --command").runs(Runs::AfterDashes),
    row("fly", "-a --app -s --select -u --user")
        .under("ssh console")
        .texts("-C --command")
        .runs(Runs::Nothing)
        .elsewhere(),
    row("flyctl", "-a --app -s --select -u --user")
        .under("ssh console")
        .texts("-C --command")
        .runs(Runs::Nothing)
        .elsewhere(),
    row("gcloud", "--zone --project").under("compute ssh").texts("--command").runs(Runs::Nothing).elsewhere(),
    row("gnice", "-n --adjustment"),
    row("gnome-terminal", "").texts("-e --command").runs(Runs::AfterDashes),
    row("gtimeout", "-k --kill-after -s --signal").skip(1),
    row("hatch", "-e --env").under("run"),
    row("heroku", "-a --app -s --size -e --env").under("run").runs(Runs::Joined).elsewhere(),
    row(
        "hyperfine",
        "-r --runs -w --warmup -m --min-runs -M --max-runs --export-json --export-markdown -S --shell -n",
    )
    .texts("-p --prepare -s --setup -c --cleanup")
    .runs(Runs::Each),
    row("incus", "--cwd --env --user --group --mode").under("exec").skip(1).elsewhere(),
    row("infisical", "--env --path --projectId").under("run").texts("--command").runs(Runs::AfterDashes),
    row("ionice", "-c --class -n --classdata").asks("-p --pid -P --pgid"),
    row("konsole", "--workdir -p").texts("-e").runs(Runs::Nothing),
    row("kubectl", KUBECTL).under("exec").skip(1).runs(Runs::AfterDashes).elsewhere(),
    row("kubectl", KUBECTL).under("run").skip(1).runs(Runs::AfterDashes).elsewhere(),
    row("kubectl", KUBECTL).under("debug").skip(1).runs(Runs::AfterDashes).elsewhere(),
    row("lerna", "--scope --ignore").under("exec"),
    row("limactl", "--workdir").under("shell").skip(1).elsewhere(),
    row("linux32", ""),
    row("linux64", ""),
    row("ltrace", STRACE),
    row("lxc", "--cwd --env --user --group --mode").under("exec").skip(1).elsewhere(),
    row("lxc-attach", "-n --name -P --lxcpath").runs(Runs::AfterDashes).elsewhere(),
    row("mamba", "-n --name -p --prefix --cwd").under("run"),
    row("micromamba", "-n --name -p --prefix --cwd").under("run"),
    row("mise", "-C --cd -j --jobs").under("exec|x").texts("-c --command").runs(Runs::AfterDashes),
    row("mosh", "-p --port --ssh --server").skip(1).elsewhere(),
    row("multipass", "-d --working-directory").under("exec").skip(1).elsewhere(),
    row("nerdctl", CONTAINER_RUN).under("run").skip(1).elsewhere(),
    row("nerdctl", CONTAINER_EXEC).under("exec").skip(1).elsewhere(),
    row("nerdctl", COMPOSE).under("compose run|exec").skip(1).elsewhere(),
    row("nice", "-n --adjustment"),
    row("nix", "").under("develop|shell|run").texts("").runs(Runs::AfterDashes),
    row("nix-shell", "-p --packages -A --attr -I --arg --argstr")
        .texts("--run --command")
        .runs(Runs::Nothing),
    row("nocorrect", ""),
    row("nodemon", "-w --watch -e --ext -i --ignore -d --delay --signal")
        .texts("-x --exec")
        .runs(Runs::Nothing),
    row("noglob", ""),
    row("nohup", ""),
    row("npm", "-p --package -w --workspace").under("exec|x").texts("-c --call"),
    row("npx", "-p --package -w --workspace").texts("-c --call"),
    row("nsenter", NSENTER),
    row("numactl", "-C --physcpubind -N --cpunodebind -m --membind -i --interleave -p --preferred"),
    row("op", "--account --env-file --environment").under("run"),
    row("pdm", "-p --project").under("run"),
    row("perf", "-e --event -o --output -F --freq").under("stat|record|trace"),
    row("pipenv", "--python").under("run"),
    row("pipx", "--spec --python --index-url --pip-args").under("run"),
    row("pixi", "-e --environment --manifest-path").under("run"),
    row("pkexec", "--user"),
    row("pnpm", "--package -C --dir -F --filter").under("dlx|exec"),
    row("podman", CONTAINER_RUN).under("run").skip(1).elsewhere(),
    row("podman", CONTAINER_EXEC).under("exec").skip(1).elsewhere(),
    row("podman", CONTAINER_RUN).under("container run").skip(1).elsewhere(),
    row("podman", CONTAINER_EXEC).under("container exec").skip(1).elsewhere(),
    row("poetry", "-C --directory -P --project").under("run"),
    row("prlimit", "").asks("-p --pid"),
    row("proot", "-r -b -R -S -w -q -k"),
    row("proxychains", "-f"),
    row("proxychains4", "-f"),
    row("railway", "-s --service -e --environment").under("run"),
    row("rlwrap", "-f -H -s -b -p -P -C -l"),
    row("rtk", ""),
    row("runuser", "-g --group -G --supp-group -u --user -s --shell -w --whitelist-environment")
        .texts("-c --command"),
    row("rye", "--pyproject").under("run"),
    row("script", "-O --log-out -I --log-in -B --log-io -T --log-timing -E --echo -m --logging-format -o --output-limit")
        .texts("-c --command")
        .skip(1),
    row("sem", "-j --jobs --id --semaphorename").runs(Runs::Joined),
    row("setarch", "").skip(1),
    row(
        "setpriv",
        "--reuid --regid --groups --bounding-set --inh-caps --ambient-caps --securebits --pdeathsig",
    ),
    row("setsid", ""),
    row("sg", "").texts("-c").skip(1).runs(Runs::Joined),
    row("shx", ""),
    row("softlimit", "-m -d -s -l -a -o -p -f -c -r -t"),
    row("ssh", "-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w -B -P")
        .skip(1)
        .runs(Runs::Joined)
        .elsewhere(),
    row("sshpass", "-p -f -d -P"),
    row("sst", "--stage").under("shell"),
    row("stdbuf", "-i --input -o --output -e --error"),
    row("strace", STRACE),
    row("su", "-g --group -G --supp-group -s --shell -w --whitelist-environment")
        .texts("-c --command")
        .runs(Runs::Nothing),
    row("sudo", SUDO)
        .directory("-D --chdir")
        .runs(Runs::Assignments)
        .asks("-l --list -v --validate -k -K -V"),
    row("sudo-rs", SUDO).directory("-D --chdir").runs(Runs::Assignments),
    row("systemd-inhibit", "--what --who --why --mode"),
    row("systemd-run", SYSTEMD),
    row("taskset", "").asks("-p --pid").skip(1),
    row("teleport", "").under("exec"),
    row("time", "-f --format -o --output"),
    row("timeout", "-k --kill-after -s --signal").skip(1),
    row("torify", ""),
    row("torsocks", "-u -p -a -P"),
    row("toybox", ""),
    row("trickle", "-d -u -w -t -l"),
    row("tsh", "--proxy --user --cluster --login -l").under("ssh").skip(1).runs(Runs::Joined).elsewhere(),
    row("tsocks", ""),
    row("turbo", "").under("exec"),
    row("unbuffer", ""),
    row(
        "unshare",
        "-S --setuid -G --setgid -R --root -w --wd --propagation --map-user --map-group --map-users \
        --map-groups",
    ),
    row("uv", UV).under("run"),
    row("uv", UV).under("tool run"),
    row("uvx", UV),
    row("vagrant", "").under("ssh").texts("-c --command").runs(Runs::Nothing).elsewhere(),
    row("valgrind", ""),
    row("vercel", "--cwd -t --token").under("env run").runs(Runs::AfterDashes),
    row("watch", "-n --interval -q --equexit").runs(Runs::Joined),
    row("watchexec", "-w --watch -e --exts -f --filter -i --ignore -d --debounce -s --signal --shell"),
    row("winpty", ""),
    row("with-contenv", ""),
    row("wsl", "-d --distribution -u --user").directory("--cd"),
    row("xterm", "-T -title -geometry -fn").texts("-e").runs(Runs::Nothing),
    row("xvfb-run", "-n --server-num -s --server-args -e --error-file -f --auth-file -w --wait"),
    row("yarn", "-p --package").under("dlx|exec"),
    row("zsh-defer", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_name() {
        assert!(WRAPPERS.is_sorted_by_key(|row| row.name));
        assert_eq!(rows("docker").count(), 5);
        assert_eq!(rows("sudo").next().unwrap().name, "sudo");
        assert!(rows("ls").next().is_none());
    }
}
