"""Use cases that are too long for one transaction: each batch has its own, so that other writers get their turn."""

from service.actions.comments.move_thread import begin_move, end_move, move_comments
from service.clock import utcnow
from service.store.db.engine import Database


def move_thread(database: Database, site_id: str, name: str, new_name: str, *, join: bool) -> int:
    """Move all comments of a thread to the one with the id `new_name`, and remove the old thread. Returns how many were moved.

    Raises NotFound, or Conflict if the new thread is there and `join` is not said. If it is interrupted, the same call with `join`
    goes on.
    """
    with database.writing() as session:
        begin_move(session, site_id, name, new_name, join=join)
    moved, done = 0, False
    while not done:
        with database.writing() as session:
            batch = move_comments(session, site_id, name, new_name, now=utcnow())
            done = not batch and end_move(session, site_id, name, new_name)
        moved += batch
    return moved
