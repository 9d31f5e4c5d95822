"""Readers' reports and complaints: kinds, weights, links and mails."""
