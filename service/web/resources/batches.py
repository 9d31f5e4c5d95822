"""Use cases that are too long for one transaction: each batch has its own, so that other writers get their turn."""

from service.actions.comments.move_thread import begin_move, end_move, move_comments
from service.actions.sites.delete_site import A_BATCH, close_site, deletable, delete_comments, delete_site
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


def delete_whole_site(database: Database, site_id: str) -> dict[str, int]:
    """Delete a site for good: first its keys, so that nothing comes any more, then its comments, then the rest. Returns what went,
    by kind. Raises NotFound. If it is interrupted, the same call goes on."""
    with database.writing() as session:
        contents = deletable(session, site_id)
        close_site(session, site_id, now=utcnow())
    deleted = A_BATCH
    while deleted == A_BATCH:
        with database.writing() as session:
            deleted = delete_comments(session, site_id)
    with database.writing() as session:
        delete_site(session, site_id, contents)
    database.wipe()
    return contents
