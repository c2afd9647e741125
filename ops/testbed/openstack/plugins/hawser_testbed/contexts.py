"""Mends what cinder 21 and manila 15 do with the notifications of oslo.messaging.

Before a notification is sent, the context of its request is made anew from the fields that may leave the service.
`read_deleted` is not one of them, and both services fail without it: every request that notifies would answer 500.
"""

import importlib


def mend(service):
    if service not in ("cinder", "manila"):
        return
    context = importlib.import_module(f"{service}.context").RequestContext
    make = context.from_dict
    context.from_dict = classmethod(lambda cls, values: make.__func__(cls, {"read_deleted": "no"} | values))
