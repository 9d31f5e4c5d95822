"""The evidence of one comment as a ZIP file: the data as JSON, and its SHA-256."""

import hashlib
import io
import json
import zipfile
from datetime import datetime
from uuid import UUID

from flask import Response

from service.actions.audit_log import record_audit
from service.clock import utcnow
from service.domain.audit_events import AuditEvent
from service.store.lifecycle.archives import absent
from service.store.lifecycle.evidence import evidence_of
from service.store.tables.accounts import Role
from service.web.auth.sessions import site_id, with_role
from service.web.pages.blueprint import bp
from service.web.resources.web_resources import resources


@bp.post("/queue/comments/<uuid:comment_id>/evidence")
@with_role(Role.MODERATOR)
def export_evidence(comment_id: UUID) -> Response:
    """A POST, because it is recorded in the audit log."""
    now = utcnow()
    with resources().database.writing() as session:
        evidence = evidence_of(session, site_id(), comment_id, secret_box=resources().secret_box)
        if evidence is None:
            raise absent(session, site_id(), comment_id)
        record_audit(session, AuditEvent.EVIDENCE_EXPORTED, site_id=site_id(), target=comment_id)
    facts = {"exported_at": now.isoformat(), "site": site_id(), **evidence}
    content = json.dumps(facts, ensure_ascii=False, indent=2).encode()
    response = Response(_zipped(content, now), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="evidence-{comment_id}.zip"'
    return response


def _zipped(content: bytes, now: datetime) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in (
            ("evidence.json", content),
            ("SHA256SUMS", f"{hashlib.sha256(content).hexdigest()}  evidence.json\n".encode()),
        ):
            packed.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), data)
    return file.getvalue()
