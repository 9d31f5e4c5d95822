"""The processes of Greenroom, and the process tree of `greenroom up`."""
