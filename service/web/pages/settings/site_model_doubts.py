"""Texts that explain why a site's model is not active, and what would change that."""

from collections.abc import Mapping
from typing import Any

from service.domain.policy.site_model_doubts import FEWEST_OF_A_KIND, FEWEST_ORDINARY, MAY_HOLD_MORE, STOOD, Doubt
from service.web.http.i18n import _


def why_silent(record: Mapping[str, Any]) -> str:
    """The text for the doubt that the report names, with its numbers. Older reports name no doubt: their models were evaluated
    only on decisions."""
    match record.get("doubt"):
        case Doubt.ONE_SIDED:
            return _one_sided(record)
        case Doubt.LITTLE_TRAFFIC:
            return _(
                "Not in use yet: there are only %(ordinary)s ordinary comments to test it on, and %(fewest)s are needed. These are "
                "approved comments that it did not learn from. It is tested again every day.",
                ordinary=record["ordinary"],
                fewest=FEWEST_ORDINARY,
            )
        case Doubt.HOLDS_ORDINARY:
            return _(
                "Not in use: of %(ordinary)s ordinary comments of this site, it would hold %(more)s more than the standard model; "
                "%(percent)s %% are allowed. Approve comments that are fine, and reject published ones that are not. It is tested again "
                "every day and as you decide more.",
                ordinary=record["ordinary"],
                more=record["more"],
                percent=round(100 * MAY_HOLD_MORE),
            )
        case Doubt.OVERRULED:
            return _(
                "No longer in use: your team approved %(overruled)s of the comments that it had held or rejected, and rejected "
                "%(upheld)s. It learns from these decisions, and is used again once it has proved better.",
                overruled=record["overruled"],
                upheld=record["upheld"],
            )
    return _("Not in use yet: it must be clearly better than the standard model on at least 50 decisions.")


def _one_sided(record: Mapping[str, Any]) -> str:
    words = _(
        "Not in use: your team rejected %(rejected)s and approved %(approved)s comments, and at least %(fewest)s of each are needed. "
        "From one kind alone, it would learn to treat every comment that way.",
        rejected=record["rejected"],
        approved=record["approved"],
        fewest=FEWEST_OF_A_KIND,
    )
    if record["rejected"] < FEWEST_OF_A_KIND:
        return words
    standing = _(
        "Published comments count as a quarter of an approved one if nobody decides about them within %(days)s days; so far there are "
        "%(standing)s.",
        days=STOOD.days,
        standing=record["standing"],
    )
    return f"{words} {standing}"
