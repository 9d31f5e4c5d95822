"""The transformer: a small BERT that reads English comments for attacks and for hate against groups of people."""
