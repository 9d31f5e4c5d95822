"""Text tools of the checks: normalising, matching, links, disguised words, word lists."""
