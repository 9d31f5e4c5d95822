"""From signals to a verdict: limits, custom rules, site policy, risk budget."""
