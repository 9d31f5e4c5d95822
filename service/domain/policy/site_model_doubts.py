"""The conditions under which a site's own model becomes active, and the reasons why it does not."""

from datetime import timedelta
from enum import StrEnum

#: A model is trained on at least FEWEST decisions. It becomes active only after an evaluation on at least JUDGED_ON other
#: decisions.
FEWEST, JUDGED_ON = 25, 50
#: The minimum number of rejected comments, and of approved comments, for the training. Measured: after training on 120 rejected
#: and 5 approved comments, a model held 85 of 100 harmless comments.
FEWEST_OF_A_KIND = 20
#: STOOD: after this time, which spans a weekend, a published comment without a decision counts as approved in the training.
#: STANDING_COUNTS: its weight is lower, because perhaps no moderator has seen it.
STOOD, STANDING_COUNTS = timedelta(days=3), 0.25
#: FEWEST_ORDINARY: the minimum number of ordinary comments for the evaluation. MAY_HOLD_MORE: the share of them that a site's
#: model may hold in addition to those that the shipped model holds. Measured on harmless comments: a model was trained on 120
#: rejected comments and on approved comments. It held an additional share of .007 with 120 approved comments, .036 with 40, and
#: .109 with 20. With 160 to 80 comments that were published without a decision, it was .009 to .014.
FEWEST_ORDINARY, MAY_HOLD_MORE = 50, 0.02


#: A model is put back once moderators approved at least OVERRULED comments that it had held or rejected, and more than they rejected
#: among these.
OVERRULED = 5


class Doubt(StrEnum):
    """Why a site's model is not active."""

    FEW = "few"
    ONE_SIDED = "one_sided"
    UNTRIED = "untried"
    NOT_BETTER = "not_better"
    LITTLE_TRAFFIC = "little_traffic"
    HOLDS_ORDINARY = "holds_ordinary"
    OVERRULED = "overruled"
