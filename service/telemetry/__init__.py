"""OpenTelemetry: spans and their metrics, for installations that export them."""
