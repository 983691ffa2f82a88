"""Nanoseconds for one evaluation by the Python engine: events (JSON Lines) on standard input, the policy directory as argument.

Run by `cargo bench --bench evaluate` with the interpreter that has agsec 0.2.2.
"""

import json
import statistics
import sys
import time

from agsec.policy.engine import PolicyEngine

engine = PolicyEngine()
engine.load_from_directory(sys.argv[1])
for line in sys.stdin:
    event = json.loads(line)
    times = []
    for _ in range(300):
        start = time.perf_counter_ns()
        result = engine.evaluate(event["action"], event["params"], event["context"])
        times.append(time.perf_counter_ns() - start)
    print(json.dumps({"nanoseconds": statistics.median(times), "status": result.status.value}))
