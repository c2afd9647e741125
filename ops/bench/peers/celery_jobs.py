"""The jobs of the Celery side; loaded by the worker (`celery -A celery_jobs`) and by the producer."""
import os
import time

from celery import Celery

app = Celery("peers", broker=os.environ["PEER_REDIS"])
app.conf.task_ignore_result = True
app.conf.broker_connection_retry_on_startup = True

# One short line per event, appended in one write so that threads and processes do not mix.
ledger = os.open(os.environ["LEDGER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


@app.task
def nothing(index):
    os.write(ledger, b"done %d %d\n" % (index, time.time_ns()))


@app.task
def latency(index, sent):
    os.write(ledger, b"done %d %d\n" % (index, time.time_ns() - sent))


@app.task
def slow(index):
    os.write(ledger, b"start %d %d\n" % (index, time.time_ns()))
    time.sleep(0.05)
    os.write(ledger, b"done %d %d\n" % (index, time.time_ns()))
