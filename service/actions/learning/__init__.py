"""Use cases of learning: site model, risk budget."""
