"""The naive baseline: Flask, one ORM insert and one commit per request, one Celery task per comment."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from celery import Celery
from flask import Flask, Response, jsonify, request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from service.domain.ids import new_id, thread_id
from service.domain.policy.check_input import CheckInput
from service.domain.policy.judge import PolicyLimits, judge
from service.domain.policy.reasons_json import as_reason
from service.store.db.engine import Database
from service.store.tables.comments import Comment, Thread, VerdictRow
from workers.checks import signals_of

celery = Celery("naive", broker=os.environ.get("REDIS_URL", "memory://"))
celery.conf.update(task_ignore_result=True, broker_transport_options={"global_keyprefix": "naive:"})


class _Body(BaseModel):
    thread: dict[str, str]
    text: str
    author: dict[str, str] = {}
    context: dict[str, Any] = {}


@cache
def database() -> Database:
    """A database with the engine settings of Greenroom, so that only the way it is used differs."""
    return Database(os.environ["NAIVE_DATABASE"], connections=16)


def app() -> Flask:
    app = Flask("naive")

    @app.post("/v1/comments")
    def post() -> tuple[Response, int]:
        body = _Body.model_validate(request.get_json())
        now = datetime.now(UTC)
        with Session(database().engine) as session:
            thread = session.get(Thread, thread_id("bench", body.thread["id"]))
            if thread is None:
                thread = Thread(
                    id=thread_id("bench", body.thread["id"]), site_id="bench", external_id=body.thread["id"], created_at=now
                )
                session.add(thread)
                session.flush()
            comment = Comment(
                id=new_id(), site_id="bench", thread_id=thread.id, state="pending", text=body.text, fingerprint="",
                author_name=body.author.get("name", ""), received_at=now, updated_at=now,
            )  # fmt: skip
            session.add(comment)
            session.commit()
            comment_id = str(comment.id)
        if "REDIS_URL" in os.environ:
            check.apply_async((comment_id,))
        return jsonify(id=comment_id, state="pending"), 202

    return app


@celery.task(name="naive.check")
def check(comment_id: str) -> None:
    """One task per comment: load, check, store."""
    with Session(database().engine) as session:
        comment = session.get_one(Comment, UUID(comment_id))
        verdict = judge(signals_of(CheckInput(text=comment.text)), PolicyLimits())
        comment.state, comment.judged_at = verdict.state, datetime.now(UTC)
        session.add(
            VerdictRow(
                id=new_id(), site_id=comment.site_id, comment_id=comment.id, revision=1, state=verdict.state,
                reasons=[as_reason(s) for s in verdict.reasons], signals={}, at=datetime.now(UTC),
            )
        )  # fmt: skip
        session.commit()


__all__ = ["app", "celery", "check"]
