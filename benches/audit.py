"""Microseconds for one record of the Python tool's audit store: the process's first insert, and one among many.

Run by `cargo bench --bench audit` with the interpreter that has agsec 0.2.2; the argument is a folder for the databases.
"""

import json
import os
import statistics
import sys
import time

from agsec.audit.store import AuditStore
from agsec.types import ActionExecutionResult, PolicyResult, PolicyStatus

folder = sys.argv[1]


def record():
    policy = PolicyResult(status=PolicyStatus.ALLOW, reason="Allowed by statement 'shell'")
    return ActionExecutionResult(
        action="bash.execute", params={"command": "ls -la", "description": "what it says"}, result=None, policy=policy
    )


def insert(store):
    start = time.perf_counter_ns()
    store.log_execution(record(), context={"session_id": "5f0c", "cwd": folder}, outcome="allowed")
    return time.perf_counter_ns() - start


first = []
for number in range(50):
    start = time.perf_counter_ns()
    store = AuditStore(os.path.join(folder, "first.db"))
    insert(store)
    first.append(time.perf_counter_ns() - start)
    store.close()
store = AuditStore(os.path.join(folder, "many.db"))
many = [insert(store) for _ in range(500)]
print(json.dumps({"first": statistics.median(first) / 1e3, "many": statistics.median(many) / 1e3}))
