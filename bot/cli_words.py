"""What the command line says of a database that cannot be used."""

from __future__ import annotations

from knowledge.records.store import StoreFault

STORE_FAULTS = {
    "locked": "the database {path} is in use by another program: close it, then try again",
    "damaged": "{path} is damaged or is no Jiedui database: put back a backup, or choose another file with JIEDUI_DB",
    "newer": "{path} was made by a newer Jiedui: update this one",
    "channel": "{path} was made for {made_for} and cannot be used for {wanted}: choose another file",
    "path": "{path} cannot be opened or written: check the folder and its rights",
    "exists": "{path} exists already: choose another name",
}


def explain(fault: StoreFault) -> str:
    """A fault of the database in one line that says what to do."""
    return STORE_FAULTS[fault.key].format(path=fault.path, **fault.facts)
