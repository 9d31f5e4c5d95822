"""What a site's own model must show before it is believed, and why one is not."""

from datetime import timedelta
from enum import StrEnum

#: No model is made from fewer decisions, nor believed before it predicted so many others.
FEWEST, JUDGED_ON = 25, 50
#: Nor is one made without so many of either kind. Of 120 rejected and 5 approved comments it learned to hold 85 of 100 calm ones.
FEWEST_OF_A_KIND = 20
#: An approved comment without a decision counts as approved after this time, which spans a weekend, and with this weight: perhaps no
#: moderator has looked at it.
STOOD, STANDING_COUNTS = timedelta(days=3), 0.25
#: It is judged on so many ordinary comments at least, and may hold this share of them more than the shipped model. Measured on calm
#: comments with 120 rejected ones: .007 more with 120 approved, .009 to .014 with 160 to 80 that stood, .036 with 40 approved, .109
#: with 20.
FEWEST_ORDINARY, MAY_HOLD_MORE = 50, 0.02


class Doubt(StrEnum):
    """Why a site's model does not speak."""

    FEW = "few"
    ONE_SIDED = "one_sided"
    UNTRIED = "untried"
    NOT_BETTER = "not_better"
    LITTLE_TRAFFIC = "little_traffic"
    HOLDS_ORDINARY = "holds_ordinary"
