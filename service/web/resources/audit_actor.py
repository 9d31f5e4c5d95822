"""In whose name a web process writes: the moderator or the key behind the request that it answers."""

from flask import g, has_request_context

from service.domain.audit_events import By, Hand


def hand() -> Hand:
    if not has_request_context():
        return Hand(By.GREENROOM)
    request_id = g.get("request_id", "")
    if signed_in := g.get("signed_in"):
        return Hand(By.MODERATOR, signed_in.moderator.id, request_id)
    if caller := g.get("caller"):
        return Hand(By.KEY, caller.key_id, request_id)
    return Hand(By.NOBODY, request_id=request_id)
