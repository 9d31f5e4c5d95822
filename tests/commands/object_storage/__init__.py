"""Backups and archives in object storage, with a real OpenStack Swift that speaks S3."""
