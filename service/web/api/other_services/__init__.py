"""The protocols of other services, answered by our own checks: Perspective, OpenAI's moderation endpoint, Coral."""
