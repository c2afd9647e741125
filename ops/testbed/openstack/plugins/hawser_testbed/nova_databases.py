"""Makes nova's databases and its cells: four of nova-manage's commands, in one process because each takes seconds."""

import sys

from nova import config, objects
from nova.cmd import manage

# A cell is an address in a table. As templates, which nova fills from its configuration, they stay right when a port or
# the place of the state changes.
DATABASE = "{scheme}://{username}@{hostname}/{path}?{query}"
CELL0_DATABASE = "{scheme}://{username}@{hostname}/{path}_cell0?{query}"
MESSAGES = "{scheme}://{username}:{password}@{hostname}:{port}/"


def main():
    config.parse_args(["nova-manage", "--config-file", sys.argv[1]])
    objects.register_all()
    cells = manage.CellV2Commands()
    for command in (
        manage.ApiDbCommands().sync,
        lambda: cells.map_cell0(database_connection=CELL0_DATABASE),
        manage.DbCommands().sync,
        lambda: cells.create_cell(name="cell1", database_connection=DATABASE, transport_url=MESSAGES),
    ):
        code = command()
        if code:
            return f"nova-manage has failed with {code}"
    return 0
