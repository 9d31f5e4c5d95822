"""White space as this project counts it."""

#: For a class of a regular expression: all blanks, and the control characters. Written out as code points, because regex engines differ
#: on what `\s` matches.
BLANK = r"\u0000-\u0020\u007f-\u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
