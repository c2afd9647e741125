"""Makes nova's databases and its cells: four of nova-manage's commands, in one process because each takes seconds."""

import sys

from nova import config, objects
from nova.cmd import manage


def main():
    config.parse_args(["nova-manage", "--config-file", sys.argv[1]])
    objects.register_all()
    cells = manage.CellV2Commands()
    for command in (
        manage.ApiDbCommands().sync,
        cells.map_cell0,
        manage.DbCommands().sync,
        lambda: cells.create_cell(name="cell1"),
    ):
        code = command()
        if code:
            return f"nova-manage has failed with {code}"
    return 0
