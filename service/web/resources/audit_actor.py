"""The actor for the audit log: the moderator or the API key behind the current request."""

from flask import g, has_request_context

from service.domain.audit_events import ActorKind, AuditActor


def audit_actor() -> AuditActor:
    if not has_request_context():
        return AuditActor(ActorKind.GREENROOM)
    request_id = g.get("request_id", "")
    if signed_in := g.get("signed_in"):
        return AuditActor(ActorKind.MODERATOR, signed_in.moderator.id, request_id)
    if caller := g.get("caller"):
        return AuditActor(ActorKind.KEY, caller.key_id, request_id)
    return AuditActor(ActorKind.NOBODY, request_id=request_id)
