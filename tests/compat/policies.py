"""Compares `agsec eval` with the Python engine of agsec 0.2.2 on random policies and events.

    python3 tests/compat/policies.py --agsec target/release/agsec --comparisons 50000 --seed 1

The Python package is installed into target/compat-venv if it is not there. Status, sid and matched_by must be equal
wherever the Python engine does not raise and no row of docs/compat.md expects a difference; a row's predicate
(policies_register.py) is asked before our answer is read. Exit code 1 on a difference that no row explains, on a row
that the register does not have, or if an operator or a kind of decision occurred too rarely to mean anything.
`--only N` runs one policy again and shows it.
"""

import argparse
import collections
import json
import multiprocessing
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import policies_generator
import policies_register

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / "target" / "compat-venv"
EVENTS_PER_POLICY = 50
POLICIES_PER_ROUND = 100
MATCHED_BY = ["explicit_deny", "explicit_review", "explicit_allow", "rule", "default"]


def enter_venv():
    """Runs this script again with the interpreter that has agsec 0.2.2."""
    python = VENV / "bin" / "python"
    if not (VENV / "ready").exists():
        base = next((p for p in ("python3.11", "python3") if subprocess.call([p, "-c", ""], stderr=subprocess.DEVNULL) == 0), "python3")
        subprocess.check_call([base, "-m", "venv", "--clear", str(VENV)])
        subprocess.check_call([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "agsec==0.2.2"])
        (VENV / "ready").touch()
    if pathlib.Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [str(python), *sys.argv])


def python_engine(directory, counts):
    """The original's engine; rules of the older format get their file's stem as sid (row P13)."""
    from agsec.policy import conditions, loaders
    from agsec.policy.engine import PolicyEngine

    original = getattr(conditions._evaluate_condition, "uncounted", conditions._evaluate_condition)

    def counted(value, condition):
        result = original(value, condition)
        op = condition.get("op") if isinstance(condition, dict) else "=="
        counts[op, bool(result)] += 1
        return result

    counted.uncounted = original
    conditions._evaluate_condition = loaders._evaluate_condition = counted

    class Engine(PolicyEngine):
        def load_from_file(self, path):
            self.stem = os.path.splitext(os.path.basename(path))[0]
            super().load_from_file(path)

        def add_rule(self, rule):
            stem = self.stem

            def named(action, params, context=None):
                result = rule(action, params, context)
                if result is not None:
                    result.metadata = {"sid": stem, "matched_by": "rule"}
                return result

            named.priority = rule.priority
            super().add_rule(named)

    engine = Engine()
    engine.load_from_directory(directory)
    return engine


def python_answer(engine, event):
    try:
        result = engine.evaluate(event["action"], event["params"], event.get("context"))
    except Exception as error:
        return {"raises": f"{type(error).__name__}: {error}"}
    return {
        "status": result.status.value,
        "sid": result.metadata.get("sid") or None,
        "matched_by": result.metadata["matched_by"],
    }


def our_answers(agsec, directory, events):
    """One decision for each event, or the error output of a policy that was refused."""
    lines = "".join(json.dumps(event) + "\n" for event in events)
    run = subprocess.run(
        [agsec, "eval", "--policy-dir", directory, "--events", "-"], input=lines.encode(), capture_output=True, timeout=60
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if not answers:
        return None, run.stderr.decode()
    for answer in answers:
        answer["sid"] = answer.get("sid") or None
    return answers, run.stderr.decode()


def compare(task):
    """One policy with its events: counters and differences."""
    agsec, seed, index = task
    r = random.Random(f"{seed}:{index}")
    policy, texts, events = policies_generator.case(r, EVENTS_PER_POLICY)
    counts, differences = collections.Counter(), []
    with tempfile.TemporaryDirectory() as directory:
        for name, text in texts.items():
            pathlib.Path(directory, name).write_text(text, encoding="utf-8")
        engine = python_engine(directory, counts)
        expected = [python_answer(engine, event) for event in events]
        must, may = policies_register.must_refuse(policy), False
        if not must:
            may = policies_register.may_refuse(policy)
        excuses = [
            None if "raises" in answer else policies_register.excuse(policy, event, answer)
            for event, answer in zip(events, expected)
        ]
        answers, errors = our_answers(agsec, directory, events)
    if answers is None or must:
        row = "P02" if must else "P04" if may else None
        counts["policies refused", row] += 1
        if row is None or answers is not None:
            differences.append({"policy": index, "texts": texts, "refused": answers is None, "errors": errors})
        return counts, differences
    if len(answers) != len(events):
        differences.append({"policy": index, "texts": texts, "answers": len(answers), "events": len(events), "errors": errors})
        return counts, differences
    for event, python, row, ours in zip(events, expected, excuses, answers):
        if "raises" in python:
            counts["python raises", ours.get("indeterminate", False)] += 1
            continue
        counts["compared", None] += 1
        counts["matched_by", python["matched_by"]] += 1
        if all(ours.get(key) == python[key] for key in ("status", "sid", "matched_by")):
            continue
        if row is None:
            differences.append({"policy": index, "texts": texts, "event": event, "python": python, "ours": ours})
        else:
            counts["excused", row] += 1
    return counts, differences


def register_lacks():
    """Rows with a predicate that docs/compat.md does not mark, and rows it marks that have none."""
    text = (ROOT / "docs" / "compat.md").read_text(encoding="utf-8")
    marked = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ") and "| ✓ |" in line}
    return marked ^ (set(policies_register.ROWS) | {"P02", "P04"})


def report(counts, comparisons):
    """Prints the counters; returns what occurred too rarely."""
    rare = []
    print(f"{'operator':12} {'true':>9} {'false':>9}")
    for op in policies_generator.OPS:
        row = [counts[op, True], counts[op, False]]
        print(f"{op:12} {row[0]:9} {row[1]:9}")
        rare += [f"operator {op} was {word} {n} times" for word, n in zip(("true", "false"), row) if n < min(1000, comparisons // 50)]
    compared = max(1, counts["compared", None])
    for name in MATCHED_BY:
        share = 100 * counts["matched_by", name] / compared
        print(f"matched_by {name:16} {share:5.1f} %")
        rare += [f"matched_by {name} in {share:.1f} % only"] if share < 5 else []
    excused = {row: n for (kind, row), n in sorted(counts.items(), key=str) if kind == "excused"}
    print("excused by row:", excused or "none", f"({100 * sum(excused.values()) / compared:.2f} %)")
    print("policies refused by row:", {row: n for (kind, row), n in counts.items() if kind == "policies refused"})
    print("the Python engine raised:", sum(n for (kind, _), n in counts.items() if kind == "python raises"))
    print("compared:", counts["compared", None])
    return rare


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agsec", default=str(ROOT / "target" / "release" / "agsec"), help="the program to test")
    parser.add_argument("--comparisons", type=int, default=50_000, help="how many decisions to compare")
    parser.add_argument("--seed", default="1", help="any text; the same seed gives the same run")
    parser.add_argument("--prepare", action="store_true", help="install the Python tool, print where, and stop")
    parser.add_argument("--only", type=int, help="run this policy only, and show it")
    arguments = parser.parse_args()
    enter_venv()
    if arguments.prepare:
        print(VENV)
        return
    lacks = register_lacks()
    if lacks:
        sys.exit(f"docs/compat.md and the predicates differ on {sorted(lacks)}")
    if arguments.only is not None:
        counts, differences = compare((arguments.agsec, arguments.seed, arguments.only))
        print(json.dumps(differences, indent=1, ensure_ascii=False), counts)
        sys.exit(bool(differences))
    counts, differences = collections.Counter(), []
    index = 0
    with multiprocessing.Pool() as pool:
        while counts["compared", None] < arguments.comparisons and len(differences) <= 100:
            tasks = [(arguments.agsec, arguments.seed, number) for number in range(index, index + POLICIES_PER_ROUND)]
            for part, found in pool.imap_unordered(compare, tasks):
                counts.update(part)
                differences.extend(found)
            index += POLICIES_PER_ROUND
    rare = report(counts, arguments.comparisons)
    one_of_each = {difference["policy"]: difference for difference in differences}
    for difference in list(one_of_each.values())[:5]:
        print(json.dumps(difference, indent=1, ensure_ascii=False))
    print(f"unexplained differences: {len(differences)} (seed {arguments.seed})")
    for line in rare:
        print("too rare:", line)
    sys.exit(1 if differences or rare else 0)


if __name__ == "__main__":
    main()
