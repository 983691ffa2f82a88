//! What programs do, by name: the one table of behaviours.
//!
//! In: nothing. Out: each behaviour's name (as policies write it), what it means and how bad it tends to be; sets of them.
//! Deliberately not here: which program does what (`data/programs/`, `data/interpreters.toml`).

/// One behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BehaviourRow {
    /// Which.
    pub behaviour: Behaviour,
    /// Its name in policies, e.g. `delete_recursive`.
    pub name: &'static str,
    /// What it means, for people.
    pub doc: &'static str,
    /// How bad it tends to be: 1 daily work, 2 worth a look, 3 harms when it is wrong, 4 cannot be undone.
    pub severity: u8,
}

/// What a program does. [`BEHAVIOURS`] says what each means.
#[allow(missing_docs, reason = "the table says it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Behaviour {
    Delete,
    DeleteRecursive,
    DeleteUnrecoverable,
    Overwrite,
    Truncate,
    Link,
    Move,
    DiskWrite,
    Format,
    Partition,
    Mount,
    Unmount,
    PermissionsChange,
    PermissionsWiden,
    PermissionsSetuid,
    Ownership,
    Attributes,
    Kill,
    KillAll,
    Shutdown,
    ServiceStop,
    ServiceChange,
    Schedule,
    Autostart,
    UserAdmin,
    PasswordChange,
    Privilege,
    Kernel,
    FirewallChange,
    NetworkChange,
    SecurityDisable,
    RegistryChange,
    RecoveryDisable,
    BackupDelete,
    LogErase,
    HistoryErase,
    Encrypt,
    Trace,
    PackageInstall,
    PackageRemove,
    PackagePublish,
    PackageSource,
    RunScript,
    RunCode,
    RunInput,
    RunRemoteCode,
    RunEncodedCode,
    RunPackage,
    Decode,
    Download,
    Upload,
    RequestChange,
    RequestDelete,
    Listen,
    Tunnel,
    ReverseShell,
    RemoteCommand,
    RemoteCopy,
    Scan,
    Capture,
    MessageSend,
    TlsUnchecked,
    SecretRead,
    SecretWrite,
    SecretDelete,
    EnvironmentRead,
    ClipboardRead,
    GitPush,
    GitForcePush,
    GitPushDelete,
    GitPushMirror,
    GitPushAll,
    GitDiscard,
    GitDeleteUntracked,
    GitRewriteHistory,
    GitDeleteBranch,
    GitPrune,
    GitCommit,
    GitSkipHooks,
    GitConfigChange,
    GitConfigExecute,
    GitRemoteChange,
    RepositoryDelete,
    RepositoryChange,
    ReleaseChange,
    MergeRemote,
    CloudDelete,
    CloudChange,
    CloudPermissions,
    ClusterDelete,
    ClusterChange,
    InfrastructureDestroy,
    InfrastructureApply,
    InfrastructureState,
    Deploy,
    DatabaseDrop,
    DatabaseTruncate,
    DatabaseDeleteAll,
    DatabaseWrite,
    DatabaseSchema,
    DatabaseGrant,
    DatabaseShell,
    DatabaseReset,
    DatabaseMigrate,
    QueueDelete,
    ContainerRun,
    ContainerEscape,
    ContainerDelete,
    ImageDelete,
    VolumeDelete,
    ContainerPrune,
    ArchiveExtract,
    ArchiveCreate,
    AgentStart,
    AgentUnguarded,
    AgentUnhooked,
    FirewallTamper,
    ShellEscape,
    Preload,
    UnknownDelete,
}

impl Behaviour {
    /// Its row.
    #[must_use]
    pub fn row(self) -> Option<&'static BehaviourRow> {
        BEHAVIOURS.get(usize::from(self as u8))
    }

    /// Its name in policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }
}

const fn row(behaviour: Behaviour, name: &'static str, severity: u8, doc: &'static str) -> BehaviourRow {
    BehaviourRow { behaviour, name, doc, severity }
}

/// The table, in the order of the enum.
pub const BEHAVIOURS: &[BehaviourRow] = &[
    row(Behaviour::Delete, "delete", 3, "removes files"),
    row(Behaviour::DeleteRecursive, "delete_recursive", 4, "removes a folder with all that is below it"),
    row(
        Behaviour::DeleteUnrecoverable,
        "delete_unrecoverable",
        4,
        "overwrites files so that nothing brings them back",
    ),
    row(Behaviour::Overwrite, "overwrite", 2, "replaces the content of files that are there"),
    row(Behaviour::Truncate, "truncate", 3, "empties or shortens files"),
    row(Behaviour::Link, "link", 2, "makes a link: what is done to it is done to its target"),
    row(Behaviour::Move, "move", 2, "moves files: they are gone from where they were"),
    row(Behaviour::DiskWrite, "disk_write", 4, "writes to a disk below its file systems"),
    row(Behaviour::Format, "format", 4, "makes a new file system, or wipes a disk's signatures"),
    row(Behaviour::Partition, "partition", 4, "changes the partitions, volumes or pools of a disk"),
    row(Behaviour::Mount, "mount", 2, "mounts or binds a file system"),
    row(Behaviour::Unmount, "unmount", 2, "takes a file system away"),
    row(Behaviour::PermissionsChange, "permissions_change", 1, "changes modes or access lists"),
    row(Behaviour::PermissionsWiden, "permissions_widen", 3, "lets everybody read, write or run"),
    row(
        Behaviour::PermissionsSetuid,
        "permissions_setuid",
        4,
        "lets a program run with its owner's rights, or gives it capabilities",
    ),
    row(Behaviour::Ownership, "ownership", 2, "changes owner or group"),
    row(
        Behaviour::Attributes,
        "attributes",
        3,
        "changes attributes that guard files (immutable, quarantine)",
    ),
    row(Behaviour::Kill, "kill", 2, "ends or signals processes"),
    row(Behaviour::KillAll, "kill_all", 3, "ends all processes, or those of a name or a user"),
    row(Behaviour::Shutdown, "shutdown", 4, "stops or restarts the machine"),
    row(Behaviour::ServiceStop, "service_stop", 3, "stops or disables a service"),
    row(Behaviour::ServiceChange, "service_change", 2, "starts, enables or changes a service"),
    row(Behaviour::Schedule, "schedule", 3, "lets something run later or again and again"),
    row(Behaviour::Autostart, "autostart", 4, "lets something run by itself (start-up, login, hooks)"),
    row(Behaviour::UserAdmin, "user_admin", 3, "makes, changes or removes users and groups"),
    row(Behaviour::PasswordChange, "password_change", 3, "sets a password"),
    row(Behaviour::Privilege, "privilege", 2, "runs with other rights"),
    row(Behaviour::Kernel, "kernel", 4, "changes the running kernel: modules, parameters"),
    row(Behaviour::FirewallChange, "firewall_change", 3, "changes packet filters"),
    row(Behaviour::NetworkChange, "network_change", 2, "changes addresses, routes, names"),
    row(Behaviour::SecurityDisable, "security_disable", 4, "switches a guard of the system off"),
    row(Behaviour::RegistryChange, "registry_change", 3, "changes the registry or the system's settings"),
    row(
        Behaviour::RecoveryDisable,
        "recovery_disable",
        4,
        "removes backups, shadow copies or the way to recover",
    ),
    row(Behaviour::BackupDelete, "backup_delete", 4, "removes backups or snapshots"),
    row(Behaviour::LogErase, "log_erase", 4, "removes or empties logs"),
    row(Behaviour::HistoryErase, "history_erase", 3, "removes or hides the shell's history"),
    row(Behaviour::Encrypt, "encrypt", 2, "encrypts files"),
    row(Behaviour::Trace, "trace", 3, "looks into or changes another process"),
    row(Behaviour::PackageInstall, "package_install", 2, "installs packages"),
    row(Behaviour::PackageRemove, "package_remove", 2, "removes packages"),
    row(Behaviour::PackagePublish, "package_publish", 3, "publishes a package, or takes one back"),
    row(Behaviour::PackageSource, "package_source", 3, "adds or changes where packages come from"),
    row(Behaviour::RunScript, "run_script", 1, "runs what a project's files say (scripts, recipes, tests)"),
    row(Behaviour::RunCode, "run_code", 1, "runs code given in the command or by a file"),
    row(Behaviour::RunInput, "run_input", 2, "runs what it is fed"),
    row(Behaviour::RunRemoteCode, "run_remote_code", 4, "runs what comes from the network"),
    row(Behaviour::RunEncodedCode, "run_encoded_code", 4, "runs what was decoded just before"),
    row(Behaviour::RunPackage, "run_package", 2, "fetches a package and runs it"),
    row(Behaviour::Decode, "decode", 1, "turns encoded or packed data into plain"),
    row(Behaviour::Download, "download", 1, "fetches from the network"),
    row(Behaviour::Upload, "upload", 2, "sends files or data to the network"),
    row(
        Behaviour::RequestChange,
        "request_change",
        2,
        "sends a request that changes something (POST, PUT, PATCH)",
    ),
    row(Behaviour::RequestDelete, "request_delete", 3, "sends a request that removes something (DELETE)"),
    row(Behaviour::Listen, "listen", 2, "waits for connections"),
    row(Behaviour::Tunnel, "tunnel", 3, "forwards connections"),
    row(
        Behaviour::ReverseShell,
        "reverse_shell",
        4,
        "gives a shell to whoever is on the other side of a connection",
    ),
    row(Behaviour::RemoteCommand, "remote_command", 2, "runs on another machine"),
    row(Behaviour::RemoteCopy, "remote_copy", 2, "copies from or to another machine"),
    row(Behaviour::Scan, "scan", 2, "looks for open ports or machines"),
    row(Behaviour::Capture, "capture", 3, "records network traffic, the screen, keys or the microphone"),
    row(Behaviour::MessageSend, "message_send", 2, "sends mail or messages to people"),
    row(Behaviour::TlsUnchecked, "tls_unchecked", 2, "does not check who is on the other side"),
    row(Behaviour::SecretRead, "secret_read", 3, "shows secrets, tokens or passwords"),
    row(Behaviour::SecretWrite, "secret_write", 3, "sets or replaces secrets, tokens or credentials"),
    row(Behaviour::SecretDelete, "secret_delete", 3, "removes secrets or keys"),
    row(Behaviour::EnvironmentRead, "environment_read", 1, "shows all environment variables"),
    row(Behaviour::ClipboardRead, "clipboard_read", 2, "shows the clipboard"),
    row(Behaviour::GitPush, "git_push", 1, "sends commits to a remote"),
    row(Behaviour::GitForcePush, "git_force_push", 4, "replaces what a remote has"),
    row(Behaviour::GitPushDelete, "git_push_delete", 4, "removes branches or tags of a remote"),
    row(Behaviour::GitPushMirror, "git_push_mirror", 4, "makes a remote equal, removing what is not here"),
    row(Behaviour::GitPushAll, "git_push_all", 2, "sends all branches or tags"),
    row(Behaviour::GitDiscard, "git_discard", 3, "throws away changes that are not committed"),
    row(Behaviour::GitDeleteUntracked, "git_delete_untracked", 3, "removes files that git does not know"),
    row(Behaviour::GitRewriteHistory, "git_rewrite_history", 3, "replaces commits"),
    row(Behaviour::GitDeleteBranch, "git_delete_branch", 2, "removes local branches, tags or stashes"),
    row(Behaviour::GitPrune, "git_prune", 3, "removes what would bring lost commits back"),
    row(Behaviour::GitCommit, "git_commit", 1, "makes commits"),
    row(Behaviour::GitSkipHooks, "git_skip_hooks", 3, "passes by the hooks of the repository"),
    row(Behaviour::GitConfigChange, "git_config_change", 1, "changes git's configuration"),
    row(
        Behaviour::GitConfigExecute,
        "git_config_execute",
        4,
        "sets git configuration that runs programs or changes where pushes go",
    ),
    row(Behaviour::GitRemoteChange, "git_remote_change", 2, "changes the remotes"),
    row(Behaviour::RepositoryDelete, "repository_delete", 4, "removes a repository on a hosting service"),
    row(
        Behaviour::RepositoryChange,
        "repository_change",
        3,
        "changes a hosted repository: visibility, protection, access, secrets",
    ),
    row(Behaviour::ReleaseChange, "release_change", 2, "makes, changes or removes a release"),
    row(Behaviour::MergeRemote, "merge_remote", 3, "merges on a hosting service"),
    row(Behaviour::CloudDelete, "cloud_delete", 4, "removes things at a cloud provider or a hosted service"),
    row(
        Behaviour::CloudChange,
        "cloud_change",
        2,
        "makes or changes things at a cloud provider or a hosted service",
    ),
    row(Behaviour::CloudPermissions, "cloud_permissions", 3, "changes who may do what at a cloud provider"),
    row(Behaviour::ClusterDelete, "cluster_delete", 4, "removes things in a cluster"),
    row(Behaviour::ClusterChange, "cluster_change", 2, "changes things in a cluster"),
    row(
        Behaviour::InfrastructureDestroy,
        "infrastructure_destroy",
        4,
        "removes infrastructure that code describes",
    ),
    row(
        Behaviour::InfrastructureApply,
        "infrastructure_apply",
        3,
        "makes the infrastructure what code describes",
    ),
    row(
        Behaviour::InfrastructureState,
        "infrastructure_state",
        3,
        "changes what the tool believes to be there",
    ),
    row(Behaviour::Deploy, "deploy", 3, "puts a version into operation"),
    row(Behaviour::DatabaseDrop, "database_drop", 4, "drops databases, tables or other objects"),
    row(Behaviour::DatabaseTruncate, "database_truncate", 4, "empties tables, keys or collections"),
    row(Behaviour::DatabaseDeleteAll, "database_delete_all", 4, "deletes or changes all rows of a table"),
    row(Behaviour::DatabaseWrite, "database_write", 1, "inserts, changes or deletes rows"),
    row(Behaviour::DatabaseSchema, "database_schema", 2, "creates or alters objects of a database"),
    row(Behaviour::DatabaseGrant, "database_grant", 3, "changes who may do what in a database"),
    row(
        Behaviour::DatabaseShell,
        "database_shell",
        4,
        "lets a database server run programs or read and write files",
    ),
    row(Behaviour::DatabaseReset, "database_reset", 4, "drops a database and builds it again"),
    row(Behaviour::DatabaseMigrate, "database_migrate", 2, "runs migrations"),
    row(Behaviour::QueueDelete, "queue_delete", 4, "removes topics, queues, streams or their messages"),
    row(Behaviour::ContainerRun, "container_run", 1, "runs a container"),
    row(
        Behaviour::ContainerEscape,
        "container_escape",
        4,
        "gives a container the machine: privileged, host folders, host name spaces",
    ),
    row(Behaviour::ContainerDelete, "container_delete", 2, "removes containers"),
    row(Behaviour::ImageDelete, "image_delete", 2, "removes images"),
    row(Behaviour::VolumeDelete, "volume_delete", 4, "removes volumes: their data is lost"),
    row(Behaviour::ContainerPrune, "container_prune", 3, "removes all that is not in use"),
    row(Behaviour::ArchiveExtract, "archive_extract", 2, "unpacks: writes files that the archive names"),
    row(Behaviour::ArchiveCreate, "archive_create", 1, "packs files"),
    row(Behaviour::AgentStart, "agent_start", 1, "starts another agent"),
    row(
        Behaviour::AgentUnguarded,
        "agent_unguarded",
        4,
        "starts an agent without its hooks, its questions or its settings",
    ),
    row(
        Behaviour::AgentUnhooked,
        "agent_unhooked",
        4,
        "starts an agent without its hooks, or with settings from elsewhere",
    ),
    row(Behaviour::FirewallTamper, "firewall_tamper", 4, "changes or weakens agsec itself"),
    row(Behaviour::ShellEscape, "shell_escape", 3, "starts a program out of a tool that is not meant for it"),
    row(Behaviour::Preload, "preload", 4, "sets a variable that makes other programs load code"),
    row(
        Behaviour::UnknownDelete,
        "unknown_delete",
        2,
        "a program that the table does not know, told to delete, destroy, drop, purge or wipe",
    ),
];

/// A set of behaviours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behaviours(u128);

impl Behaviours {
    /// The set with these elements.
    #[must_use]
    pub fn of(all: &[Behaviour]) -> Self {
        let mut set = Self::default();
        for behaviour in all {
            set.insert(*behaviour);
        }
        set
    }

    /// Adds an element.
    pub fn insert(&mut self, behaviour: Behaviour) {
        self.0 |= Self::bit(behaviour);
    }

    /// Takes an element out.
    pub fn remove(&mut self, behaviour: Behaviour) {
        self.0 &= !Self::bit(behaviour);
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether it has the element.
    #[must_use]
    pub fn contains(self, behaviour: Behaviour) -> bool {
        self.0 & Self::bit(behaviour) != 0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its elements, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Behaviour> {
        BEHAVIOURS.iter().map(|row| row.behaviour).filter(move |behaviour| self.contains(*behaviour))
    }

    /// Its elements' names, in the order of the table.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.iter().map(Behaviour::name)
    }

    fn bit(behaviour: Behaviour) -> u128 {
        1_u128.checked_shl(u32::from(behaviour as u8)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_enum_and_fits_a_set() {
        assert!(BEHAVIOURS.len() <= 128);
        for (at, row) in BEHAVIOURS.iter().enumerate() {
            assert_eq!(usize::from(row.behaviour as u8), at, "{}", row.name);
            assert!(Behaviours::of(&[row.behaviour]).contains(row.behaviour), "{}", row.name);
        }
    }
}
