"""Enqueues for Celery: celery_producer.py single|bulk|slow COUNT, prints the seconds it took; `latency COUNT`."""
import os
import random
import sys
import time

import celery_jobs as jobs

mode, count = sys.argv[1], int(sys.argv[2])
with jobs.app.pool.acquire(block=True) as connection:
    connection.default_channel.client.ping()
start = time.monotonic()
if mode == "single":
    for index in range(count):
        jobs.nothing.delay(index)
elif mode == "bulk":
    # Celery has no bulk call; a group does the same as this loop: one producer for all messages.
    with jobs.app.producer_pool.acquire(block=True) as producer:
        for index in range(count):
            jobs.nothing.apply_async((index,), producer=producer)
elif mode == "slow":
    for index in range(count):
        jobs.slow.delay(index)
elif mode == "latency":
    path = os.environ["LEDGER"]
    for index in range(count):
        before = os.path.getsize(path)
        jobs.latency.delay(index, time.time_ns())
        while os.path.getsize(path) == before:
            time.sleep(0.001)
        time.sleep(random.random() * 0.01)
print(time.monotonic() - start)
