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
                "It does not speak yet: there are only %(ordinary)s ordinary comments to try it on, and %(fewest)s are needed. These are "
                "approved comments that it did not learn from. It is tried again each day.",
                ordinary=record["ordinary"],
                fewest=FEWEST_ORDINARY,
            )
        case Doubt.HOLDS_ORDINARY:
            return _(
                "It does not speak: of %(ordinary)s ordinary comments of this site, which it had not seen, it would hold %(more)s more "
                "than the model that Greenroom came with, and %(percent)s of 100 are allowed. Approve comments that are fine, and reject "
                "published ones that are not: it is tried again with what you decide, and each day.",
                ordinary=record["ordinary"],
                more=record["more"],
                percent=round(100 * MAY_HOLD_MORE),
            )
        case Doubt.OVERRULED:
            return _(
                "It does not speak any more: moderators approved %(overruled)s of the comments that it had held or rejected, and rejected "
                "%(upheld)s. It learns from these decisions, and speaks again once it has proved better.",
                overruled=record["overruled"],
                upheld=record["upheld"],
            )
    return _(
        "It does not speak yet: it has to be better than the model that Greenroom came with, beyond chance, on 50 decisions or more."
    )


def _one_sided(record: Mapping[str, Any]) -> str:
    words = _(
        "It does not speak: what you decided is one-sided, %(rejected)s rejected and %(approved)s approved, and it needs at least "
        "%(fewest)s of each. From one kind alone it would learn to call every comment that.",
        rejected=record["rejected"],
        approved=record["approved"],
        fewest=FEWEST_OF_A_KIND,
    )
    if record["rejected"] < FEWEST_OF_A_KIND:
        return words
    standing = _(
        "Published comments that nobody decided about within %(days)s days count as a quarter of an approved one; so far there are "
        "%(standing)s of them to learn from.",
        days=STOOD.days,
        standing=record["standing"],
    )
    return f"{words} {standing}"
