"""The rows of docs/compat.md that random policies can reach, each as a predicate.

In: a policy (as generated), an event and the Python engine's answer. Out: the row that excuses a difference, or None.
Deliberately not here: our own answer. A predicate that knew it could excuse anything.
"""

import base64
import binascii
import fnmatch
import math
import re
import unicodedata

try:
    from re import _parser as sre_parse
except ImportError:  # before Python 3.11
    import sre_parse

STRICTNESS = ["allow", "review", "block"]
STATUS = {"allow": "allow", "deny": "block", "block": "block", "review": "review"}
ORDERINGS = {">", "<", ">=", "<="}


def resolve(path, event):
    """The value at a field path, before any decoding."""

    def descend(value, keys):
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    keys = path.split(".")
    params, context = event["params"], event.get("context") or {}
    if keys[0] == "params":
        return descend(params, keys[1:])
    if keys[0] == "context":
        return descend(context, keys[1:])
    value = descend(params, keys)
    return value if value is not None else descend(context, keys)


def in_play(policy, event):
    """(kind, condition, raw value) of every condition whose action matches."""
    action = event["action"]
    for file in policy:
        for statement in file.get("statements", []):
            globs = statement.get("actions", ["*"])
            globs = [globs] if isinstance(globs, str) else globs
            if any(fnmatch.fnmatchcase(action, glob) for glob in globs):
                for path, condition in statement.get("conditions", {}).items():
                    yield "statement", condition, resolve(path, event)
        for rule in file.get("rules", []):
            if rule["action"] in ("*", action):
                for path, condition in rule.get("conditions", {}).items():
                    yield "rule", condition, resolve(path, event)


def leaves(value):
    if isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from leaves(item)
    else:
        yield value


def mapped(value, change):
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {key: mapped(item, change) for key, item in value.items()}
    return value


def is_text(text):
    """No control character but tab, line feed and carriage return."""
    return not any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text)


def unescaped(text):
    """`\\xNN` and `\\uNNNN` decoded where that gives text."""
    units = re.sub(r"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m[1] or m[2], 16)), text)
    decoded = units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return decoded if is_text(decoded) else text


def unpacked(text):
    """The whole string decoded as base64 where that gives text, whatever its length."""
    packed = re.sub(r"[\r\n]", "", text.strip())
    try:
        decoded = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode("utf-8")
    except (ValueError, binascii.Error):
        return text
    return decoded if decoded and is_text(decoded) else text


def answers_differ(condition, values):
    from agsec.policy import conditions

    evaluate = getattr(conditions._evaluate_condition, "uncounted", conditions._evaluate_condition)
    answers = set()
    for value in values:
        try:
            answers.add(bool(evaluate(value, condition)))
        except Exception:
            answers.add("raises")
    return len(answers) > 1


def our_default(policy):
    stated = [STATUS[file["default"]] for file in policy if "default" in file]
    strictest = max(stated, key=STRICTNESS.index, default=None)
    with_statements = [file for file in policy if "statements" in file]
    if with_statements:
        return strictest if all("default" in file for file in with_statements) else "block"
    return strictest or "allow"


def p01(policy, event, python):
    return python["matched_by"] == "default" and python["status"] != our_default(policy)


def p03(policy, event, python):
    return any(
        isinstance(condition, dict) and condition["op"] == "regex" and len(str(condition["value"])) > 500
        for _, condition, _ in in_play(policy, event)
    )


def v01(policy, event, python):
    def null(kind, condition):
        if isinstance(condition, dict):
            return condition["op"] == "==" and condition["value"] is None
        return condition is None and kind == "rule"

    return any(null(kind, condition) and value is None for kind, condition, value in in_play(policy, event))


def v03(policy, event, python):
    return any(
        isinstance(condition, dict)
        and condition["op"] in ORDERINGS
        and isinstance(value, list)
        and isinstance(condition["value"], list)
        for _, condition, value in in_play(policy, event)
    )


def v04(policy, event, python):
    def not_finite(value):
        return any(isinstance(leaf, float) and not math.isfinite(leaf) for leaf in leaves(value))

    return any(not_finite(value) for _, _, value in in_play(policy, event))


def v06(policy, event, python):
    def lone(value):
        return any(isinstance(leaf, str) and re.search("[\ud800-\udfff]", leaf) for leaf in leaves(value))

    return any(lone(value) for _, _, value in in_play(policy, event))


def decodings(policy, event):
    """(condition, raw value, what the Python engine tests) of the conditions on something that decodes."""
    from agsec.policy.normalizers import normalize_value

    for _, condition, value in in_play(policy, event):
        yield condition, value, normalize_value(value)


def d01(policy, event, python):
    return any(
        isinstance(value, str) and answers_differ(condition, [value, seen])
        for condition, value, seen in decodings(policy, event)
    )


def d02(policy, event, python):
    return any(
        isinstance(value, str)
        and (len(value.strip()) < 16 or len(value.strip()) > 1000)
        and answers_differ(condition, [value, unpacked(value), seen])
        for condition, value, seen in decodings(policy, event)
    )


def d03(policy, event, python):
    return any(
        isinstance(value, (list, dict))
        and answers_differ(condition, [value, mapped(value, unescaped), mapped(value, unpacked)])
        for condition, value, _ in decodings(policy, event)
    )


def d04(policy, event, python):
    return any(
        isinstance(value, str)
        and "\\" in value
        and answers_differ(condition, [value, unescaped(value), seen])
        for condition, value, seen in decodings(policy, event)
    )


# In the order in which they are asked: the narrower first.
ROWS = {
    "P01": p01,
    "P03": p03,
    "V01": v01,
    "V03": v03,
    "V04": v04,
    "V06": v06,
    "D02": d02,
    "D03": d03,
    "D04": d04,
    "D01": d01,
}


def patterns(policy):
    for file in policy:
        for item in file.get("statements", []) + file.get("rules", []):
            for condition in item.get("conditions", {}).values():
                if isinstance(condition, dict) and condition["op"] == "regex":
                    yield str(condition["value"])


def must_refuse(policy):
    """Row P02: a pattern that is not valid."""
    for pattern in patterns(policy):
        try:
            re.compile(pattern)
        except re.error:
            return True
    return False


def may_refuse(policy):
    """Row P04: a construct that only backtracking matches."""

    def beyond(node):
        for op, argument in node:
            name = str(op)
            if name in ("GROUPREF", "GROUPREF_IGNORE", "GROUPREF_EXISTS", "ATOMIC_GROUP", "POSSESSIVE_REPEAT"):
                return True
            if name in ("ASSERT", "ASSERT_NOT") and argument[0] < 0 and argument[1].getwidth()[1] > 1:
                return True
            if any(beyond(child) for child in children(argument)):
                return True
        return False

    def children(argument):
        if isinstance(argument, sre_parse.SubPattern):
            yield argument
        elif isinstance(argument, (tuple, list)):
            for item in argument:
                yield from children(item)

    return any(beyond(sre_parse.parse(pattern)) for pattern in patterns(policy))


def excuse(policy, event, python):
    """The row that expects a difference here, or None."""
    return next((row for row, predicate in ROWS.items() if predicate(policy, event, python)), None)
