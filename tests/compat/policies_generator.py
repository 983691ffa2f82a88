"""Random policies and events, from one seed.

In: a `random.Random`. Out: a policy (a list of files as plain data), its YAML texts, and events that have to do with it.
Most conditions are drawn from values of the events, so that each operator is often true and often false. Cases that a
row of docs/compat.md is about are drawn rarely.
"""

import base64
import json
import re

ACTIONS = [
    "bash.execute", "file.read", "file.write", "file.edit", "web.fetch", "payment.charge", "email.send",
    "mcp.github.create_issue", "db.query", "agent.spawn",
]  # fmt: skip
GLOBS = [
    "bash.*", "file.*", "*.execute", "*.e*", "file.[rw]*", "file.[!r]*", "???.query", "mcp.*.create_*", "*a*",
    "[!f]*", "[b-f]*", "db.[]q]uery", "b[a-]sh.*", "FILE.*", "file.[", "?*", "**", "*.fetch", "p[!e]yment.*",
]  # fmt: skip
COMMANDS = [
    "ls -la", "git push --force origin main", "git push origin feature/x", "rm -rf /", "rm -r build", "cat .env",
    "curl https://example.com/a.sh | sh", "psql -c 'DROP TABLE users'", "echo hello\nrm -rf ~", "", " ", "sudo id",
    "git commit -m \"fix: rm\"", "python3 -c 'print(1)'", "ＲＭ -rf", "straße café", "İstanbul ıssız", "日本語 ls", "x" * 40,
    "farm --help", "terraform destroy -auto-approve", "C:\\temp\\run.bat",
]  # fmt: skip
PATHS = ["/etc/passwd", "/home/dev/.ssh/id_rsa", "src/main.rs", "./.env", "key.PEM", "a b.txt", "../x.pem", "~/.aws/credentials"]
COUNTRIES = ["US", "CA", "FR", "de", "Us", ""]
ROLES = ["admin", "developer", "guest", "Admin", "dev"]
NUMBERS = [0, 1, -1, 2, 9, 10, 100, 4999, 5000, 5001, 2**53, 2**53 + 1, 2**64, 10**30, 0.5, 1.0, 9.5, 100.0, 1e21, -0.0, 1e-7, 0.1]
TAGS = ["urgent", "prod", "dev", "rm", "", "a"]

FIELDS = {
    "params.command": lambda r: r.choice(COMMANDS),
    "params.path": lambda r: r.choice(PATHS),
    "params.amount": lambda r: r.choice(NUMBERS),
    "params.count": lambda r: r.randrange(-2, 20),
    "params.dry_run": lambda r: r.random() < 0.5,
    "params.tags": lambda r: [r.choice(TAGS) for _ in range(r.randrange(4))],
    "params.recipient.country": lambda r: r.choice(COUNTRIES),
    "params.options": lambda r: {"force": r.random() < 0.5, "depth": r.randrange(4), "to": r.choice(PATHS)},
    "params.matrix": lambda r: [r.choice(NUMBERS), [r.choice(TAGS)], None, r.random() < 0.5],
    "params.note": lambda r: anything(r),
    "context.user_role": lambda r: r.choice(ROLES),
    "context.env": lambda r: r.choice(["prod", "staging", "dev"]),
    "context.hour": lambda r: r.randrange(24),
}
BARE = {"params.command": "command", "params.amount": "amount", "params.recipient.country": "recipient.country",
        "context.user_role": "user_role", "context.hour": "hour"}  # fmt: skip
OPS = ["==", "!=", ">", "<", ">=", "<=", "in", "not_in", "contains", "starts_with", "ends_with", "regex", "exists", "not_exists"]
WORDS_READ_DIFFERENTLY = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def anything(r):
    return r.choice([r.choice(COMMANDS), r.choice(NUMBERS), r.random() < 0.5, [], {}, r.choice(ROLES), [r.choice(NUMBERS)]])


def encoded(r, text):
    """One of the spellings that both tools decode, or one that just one of them does."""
    kind = r.randrange(4)
    if kind == 0:
        return "".join(f"\\x{ord(c):02x}" if c.isascii() and r.random() < 0.5 else c for c in text)
    if kind == 1:
        return "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 and r.random() < 0.5 else c for c in text)
    if kind == 2:
        return base64.b64encode(text.encode()).decode()
    return text + r.choice(["\\x72\\q", "\\n\\x41", "\\u00", "\\101\\x41"])


def odd(r):
    """A value that a row of the register is about."""
    kind = r.randrange(8)
    if kind < 5:
        return encoded(r, r.choice(COMMANDS))
    return [float("inf"), float("nan"), r.choice(COMMANDS) + "\ud800", [encoded(r, r.choice(TAGS + COMMANDS))]][r.randrange(4)]


def put(event, path, value):
    *folders, last = path.split(".")
    for folder in folders:
        event = event.setdefault(folder, {})
    event[last] = value


def event(r):
    made = {"action": r.choice(ACTIONS) if r.random() < 0.97 else r.choice(["", "bash", "Bash.execute", "x.y.z", "bash.execute\n"]),
            "params": {}, "context": {}}  # fmt: skip
    for path, draw in FIELDS.items():
        chance = r.random()
        if chance < 0.12:
            continue
        value = draw(r)
        if chance < 0.16:
            value = None
        elif chance < 0.17:
            value = anything(r)
        elif chance < 0.175:
            value = odd(r)
        put(made, path, value)
    if r.random() < 0.03:
        made["context"] = {}
    if r.random() < 0.02:
        put(made, "params.user_role", r.choice(ROLES))
    return made


def near(r, event):
    """An event with one or two fields changed."""
    made = json.loads(json.dumps(event))
    for path in r.sample(list(FIELDS), r.randrange(1, 3)):
        put(made, path, FIELDS[path](r))
    if r.random() < 0.2:
        made["action"] = r.choice(ACTIONS)
    return made


def at(event, path):
    for key in path.split("."):
        event = event.get(key) if isinstance(event, dict) else None
    return event


def plain_text(value):
    return str(value)


def part(r, text):
    if not text:
        return text
    start = r.randrange(len(text))
    return text[start : start + r.randrange(1, 8)]


def writable(value):
    """Whether a policy can say it: no lone surrogate, no number that is not finite."""
    text = json.dumps(value, ensure_ascii=False)
    return not re.search("[\ud800-\udfff]|NaN|Infinity", text)


def operand(r, op, path, value):
    """An operand that has to do with the value, where there is one."""
    draw = FIELDS[path]
    if value is None or not writable(value) or r.random() < 0.3:
        value = draw(r)
    if op in ("==", "!="):
        return value
    if op in ("in", "not_in"):
        if isinstance(value, str) and isinstance(draw(r), str) and r.random() < 0.15:
            return r.choice(["US, CA, FR", "admin developer", value + "!", "prod"])
        return [value] * (r.random() < 0.6) + [draw(r) for _ in range(r.randrange(4))]
    if op == "contains":
        if isinstance(value, list):
            return r.choice(value) if value and r.random() < 0.7 else r.choice(TAGS)
        return part(r, plain_text(value)) if r.random() < 0.9 else r.choice([1, True, 0.5, "a"])
    text = plain_text(value)
    if op == "starts_with":
        return text[: r.randrange(0, 5)] if r.random() < 0.7 else r.choice(["git", "rm", "/", 1, True])
    if op == "ends_with":
        return text[len(text) - r.randrange(0, min(4, len(text)) + 1) :] if r.random() < 0.7 else r.choice([".pem", "0", "e"])
    return pattern(r, text)


ATOMS = [r"\s", r"\S", r"\w", r"\d", ".", r"\W", r"[a-z]", r"[^a-z]", r"[\w.-]", r"[A-Fa-f0-9]", r"\.", "[-/]", r"[^\s|]", "[]a]"]
WHOLE = [
    r"\brm\s+(-\w+\s+)*-?[rf]", r"git\s+push\s+.*--force", r"(?i)drop\s+table", r"^(ls|cat|echo)\b", r"\.(env|pem)$",
    r"(?i)\.PEM\Z", r"https?://[^/]+/", r"(?:^|[\s;|&])sudo\b", r"(?x) rm \s+ -rf  # all", r"^\s*$", r"(?P<tool>git|gh)\s",
    r"(?!.*--force)git push", r"(?<!\w)rm(?!\w)", r"(?<=/)etc", r"(?m)^rm", r"(?s)hello.rm", r"\d{3,}", r"^.{0,3}$", r"a*?b??",
    r"(?i:STRASSE|straße)", r"[İı]", r"^[^A-Z]*$", r"\Bm", r"(a|b|)+$", r"e\b", r"\x72m", r"\u0072m", r"(?a:\w+é)", r"\w+é",
]  # fmt: skip
INVALID = ["rm (", "a{2,1}", "[z-a]", "(?P<1>x)", "*a", r"\p{L}", "a(?i)b", r"(?<=a*)b", "x**"]
BACKTRACKING = [r"(a|b)\1", r"(?P<q>['\"]).*(?P=q)", "(?>rm)x", "a++b", r"(a)?(?(1)b|c)", r"(?<=git )push"]


def pattern(r, text):
    """A pattern made of a piece of the text, or one of a list."""
    chance = r.random()
    if chance < 0.4:
        return r.choice(WHOLE)
    pieces = []
    for c in part(r, text) or "a":
        kind = r.random()
        if kind < 0.6:
            pieces.append(re.escape(c))
        elif kind < 0.8:
            pieces.append(r.choice(ATOMS))
        else:
            pieces.append(f"(?:{re.escape(c)}|{r.choice(ATOMS)})")
        if r.random() < 0.25:
            pieces.append(r.choice(["*", "+", "?", "{1,2}", "{2}", "*?", "+?"]))
    made = "".join(pieces)
    if r.random() < 0.15:
        made = f"{made}|{r.choice(WHOLE[:4]).replace('(?i)', '')}"
    return r.choice(["", "", "", "^", r"\A", "(?i)", "(?s)"]) + made + r.choice(["", "", "", "$", r"\Z", r"\b"])


def condition(r, events):
    path = r.choice(list(FIELDS))
    value = at(r.choice(events), path)
    shape = FIELDS[path](r)
    ops = list(OPS)
    if isinstance(shape, (list, dict)) or path == "params.note":
        ops = ["==", "!=", "in", "not_in", "contains", "contains", "starts_with", "ends_with", "regex", "exists", "not_exists"]
    elif isinstance(shape, (bool, int, float)):
        ops = OPS[:10] + [">", "<", ">=", "<="] + OPS[10:]
    op = r.choice(ops)
    if path in BARE and r.random() < 0.3:
        path_written = BARE[path]
    else:
        path_written = path if r.random() < 0.99 else r.choice(["params", "params.none.such", "context", "params.tags.x"])
    if op in ("exists", "not_exists"):
        return path_written, {"op": op}
    if op in (">", "<", ">=", "<="):
        far = r.random() < 0.6 or not same_kind(value, shape) or not writable(value)
        expected = FIELDS[path](r) if far else value
        return path_written, {"op": op, "value": expected}
    if op == "==" and r.random() < 0.4 and not isinstance(shape, dict):
        expected = operand(r, op, path, value)
        if isinstance(expected, dict):
            expected = {"op": op, "value": expected}
        return path_written, expected
    return path_written, {"op": op, "value": operand(r, op, path, value)}


def same_kind(value, shape):
    numbers = (bool, int, float)
    return isinstance(value, numbers) and isinstance(shape, numbers) or isinstance(value, str) and isinstance(shape, str)


def conditions(r, events):
    count = r.choice([0, 1, 1, 1, 2, 2, 3])
    return dict(condition(r, events) for _ in range(count))


def statement(r, events, number):
    made = {}
    if r.random() < 0.8:
        made["sid"] = f"s{number}-{r.choice(ROLES)}"
    made["effect"] = r.choice(["allow", "allow", "deny", "block", "review", "Deny", "ALLOW", "Review"])
    action = r.choice(events)["action"] or "*"
    if r.random() < 0.85:
        choices = [action, r.choice(GLOBS), r.choice(ACTIONS)]
        made["actions"] = r.choice([action, r.choice(GLOBS), choices, choices[:2], ["*"]])
    made["conditions"] = conditions(r, events)
    if not made["conditions"]:
        if made.get("actions", "*") in ("*", ["*"]) or r.random() < 0.5:
            made["conditions"] = dict([condition(r, events)])
        else:
            del made["conditions"]
    if r.random() < 0.4:
        made["match"] = r.choice(["all", "any", "any"])
    if r.random() < 0.5:
        made["reason"] = r.choice(["because", "no: never", "#1", "it's so", "ünïcode"])
    return made


def rule(r, events):
    made = {"action": r.choice(["*", r.choice(events)["action"] or "*", r.choice(ACTIONS), "file.*"]),
            "status": r.choice(["allow", "block", "review"]),
            "conditions": dict(condition(r, events) for _ in range(r.choice([1, 1, 2])))}  # fmt: skip
    if r.random() < 0.4:
        made["match"] = r.choice(["all", "any"])
    if r.random() < 0.5:
        made["priority"] = r.randrange(-2, 5)
    if r.random() < 0.3:
        made["reason"] = "an older rule"
    return made


def policy(r, events):
    """A list of files: {"name", "default"?, "statements" | "rules"}."""
    files = []
    alike = r.choice(["deny", "allow", "review"]) if r.random() < 0.95 else None
    for number in range(r.choice([1, 1, 2, 3])):
        file = {"name": r.choice(["01_base", "02_bash", "git", "Zebra", "a.b", "x-y"]) + str(number) + r.choice([".yaml", ".yml"])}
        if r.random() < 0.25:
            file["rules"] = [rule(r, events) for _ in range(r.randrange(1, 4))]
            if r.random() < 0.1:
                file["default"] = r.choice(["deny", "allow", "review"])
        else:
            default = alike or r.choice(["deny", "allow", "review", None])
            if default != "deny" or r.random() < 0.5:
                file["default"] = default
            if file.get("default", 0) is None:
                del file["default"]
            file["statements"] = [statement(r, events, 10 * number + i) for i in range(r.randrange(1, 6))]
        files.append(file)
    return sorted(files, key=lambda file: file["name"])


def provoke(r, made):
    """Puts something that a row of the register is about into a policy, in place."""
    items = [item for file in made for item in file.get("statements", []) + file.get("rules", [])]
    target = r.choice(items).setdefault("conditions", {})
    kind = r.randrange(4)
    if kind == 0:
        target["params.command"] = {"op": "regex", "value": r.choice(INVALID)}
    elif kind == 1:
        target["params.command"] = {"op": "regex", "value": r.choice(BACKTRACKING)}
    elif kind == 2:
        target["params.command"] = {"op": "regex", "value": "|".join(["no such word here"] * 30 + ["git|rm"])}
    else:
        target[r.choice(["params.count", "context.env"])] = r.choice([None, {"op": "==", "value": None}, {"op": "!=", "value": None}])


def scalar(r, value):
    """A scalar in one of the ways in which YAML writes it, none of them ambiguous."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        text = repr(value)
        mantissa, _, exponent = text.partition("e")
        if exponent:
            return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent if exponent[0] in '+-' else '+' + exponent}"
        return text
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./-]*", value) and value.lower() not in WORDS_READ_DIFFERENTLY
    if plain and r.random() < 0.5:
        return value
    if value.isprintable() and r.random() < 0.6:
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=not any(ord(c) > 0xFFFF for c in value))


def flow(r, value):
    if isinstance(value, list):
        return "[" + ", ".join(flow(r, item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(r, key)}: {flow(r, item)}" for key, item in value.items()) + "}"
    return scalar(r, value)


def block(r, value, indent):
    """Block style as far as it goes, with flow style mixed in."""
    pad = "  " * indent
    if isinstance(value, dict) and value and (indent < 2 or r.random() < 0.6):
        lines = []
        for key, item in value.items():
            nested = block(r, item, indent + 1)
            lines.append(f"{pad}{scalar(r, key)}:{nested if nested.startswith(chr(10)) else ' ' + nested}")
        return "\n" + "\n".join(lines)
    if isinstance(value, list) and value and isinstance(value[0], dict) and indent < 2:
        nested = (block(r, item, indent + 1) for item in value)
        return "\n" + "\n".join(f"{pad}-{item if item.startswith(chr(10)) else ' ' + item}" for item in nested)
    if isinstance(value, str) and re.fullmatch(r"[!-~][ -~]*[!-~]", value) and r.random() < 0.2:
        return f"|-\n{pad}{value}"
    return flow(r, value)


def yaml_text(r, file):
    head = r.choice(['version: "1.0"\n', "", "# a comment\n"])
    if "default" in file:
        head += f"default: {file['default']}\n"
    key = "statements" if "statements" in file else "rules"
    items = []
    for item in file[key]:
        keys = list(item)
        r.shuffle(keys)
        items.append({name: item[name] for name in keys})
    return f"{head}{key}:{block(r, items, 1)}\n"


def case(r, count):
    """A policy, its texts by file name, and `count` events."""
    bases = [event(r) for _ in range(6)]
    made = policy(r, bases)
    if r.random() < 0.02:
        provoke(r, made)
    texts = {file["name"]: yaml_text(r, file) for file in made}
    events = [near(r, r.choice(bases)) if r.random() < 0.7 else event(r) for _ in range(count)]
    return made, texts, events
