"""What stands below the real OpenStack of this testbed in place of hypervisors, switches and disks."""
