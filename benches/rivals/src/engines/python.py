"""Times and decisions of the Python engine: events (JSON Lines) on standard input, the policy directory as argument."""

import json
import statistics
import sys
import time

from agsec.policy.engine import PolicyEngine

start = time.perf_counter()
engine = PolicyEngine()
engine.load_from_directory(sys.argv[1])
print(json.dumps({"prepare_ms": (time.perf_counter() - start) * 1e3}))
for line in sys.stdin:
    event = json.loads(line)
    times = []
    while not times or event["measured"] and len(times) < 100 and sum(times) < 1e8:
        begin = time.perf_counter_ns()
        result = engine.evaluate(event["action"], event["params"], event["context"])
        times.append(time.perf_counter_ns() - begin)
    print(json.dumps({"nanoseconds": statistics.median(times), "status": result.status.value}))
