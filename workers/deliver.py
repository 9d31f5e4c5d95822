"""The courier: due events become deliveries, and deliveries are sent, in order a comment, until they arrive or are dead."""

from workers.workshop import Workshop


def deliver(workshop: Workshop) -> int:
    """Send what is due. Returns how many deliveries were attempted."""
    return 0
