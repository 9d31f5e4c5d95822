"""What the checks read with: normalizing, matching, links, disguises, word lists."""
