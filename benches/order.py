#!/usr/bin/env python3
"""Writes which functions a call of the hook runs: `build/hook-order.txt`, from which the hook is linked.

    scripts/install.sh --prefix target/installed && python3 benches/order.py target/installed/bin

In: a folder with `agsec` and the static `agsec-hook`; needs valgrind. Out: the names of functions as the linker knows them,
with `*` for the hashes in them, which are others in each build: first what a short command runs, then what the other
payloads run besides. An old list costs nothing but time: what it does not name stands behind what it names.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

LIST = os.path.join(os.path.dirname(__file__), "..", "build", "hook-order.txt")
HEAD = """\
# The functions that a call of the hook runs; benches/order.py writes this list, build/order.rs reads it.
"""
SCRIPT = "cat > src/orders.py <<'EOF'\n" + "def total(orders):\n    return sum(order.price for order in orders)\n" * 100 + "EOF\n"
CALLS = [
    ("Bash", {"command": "ls -la"}),
    ("Bash", {"command": "git status && cargo test 2>&1 | tail -20"}),
    ("Bash", {"command": SCRIPT}),
    ("Read", {"file_path": "src/main.rs"}),
    ("Write", {"file_path": "src/main.rs", "content": "fn main() {}\n"}),
    ("Bash", {"command": "git push --force origin main"}),
]


def payload(tool, given, folder):
    return json.dumps({
        "session_id": "s", "transcript_path": "/dev/null", "cwd": folder, "permission_mode": "default",
        "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": given, "tool_use_id": "t",
    })


def functions(words, given, environment, folder):
    """The functions that one call runs, without hashes."""
    out = os.path.join(folder, "callgrind")
    tool = ["valgrind", "--tool=callgrind", "--demangle=no", "--compress-strings=no", f"--callgrind-out-file={out}"]
    subprocess.run(tool + words, input=given, env=environment, capture_output=True, text=True)
    names = set()
    for line in open(out):
        found = re.match(r"fn=(\S+?)('\d+)?$", line.strip())
        if found and re.match(r"[A-Za-z_.$][\w.$]*$", found[1]):
            name = re.sub(r"17h[0-9a-f]{16}E.*", "17h*", found[1])
            names.add(re.sub(r"Cs[0-9A-Za-z]+_", "Cs*_", name))
    return names


def main():
    binaries = os.path.abspath(sys.argv[1])
    agsec, hook = os.path.join(binaries, "agsec"), os.path.join(binaries, "agsec-hook")
    listed = []
    with tempfile.TemporaryDirectory() as folder:
        home, project = os.path.join(folder, "home"), os.path.join(folder, "project")
        os.makedirs(home)
        os.makedirs(project)
        environment = {"HOME": home, "PATH": os.environ["PATH"]}
        state = os.path.join(home, ".agsec")
        subprocess.run([agsec, "init", "--state-dir", state], cwd=project, env=environment, check=True, capture_output=True)
        words = [hook, "check", "--format=claude-code", f"--state-dir={state}", f"--root={project}"]
        for tool, given in CALLS:
            new = functions(words, payload(tool, given, project), environment, folder) - set(listed)
            listed += sorted(new)
    with open(LIST, "w") as out:
        out.write(HEAD + "".join(f"{name}\n" for name in listed))
    print(f"{len(listed)} functions")


main()
