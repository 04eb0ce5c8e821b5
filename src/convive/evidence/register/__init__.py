"""The register of sources: who gives what, under which agreement, until when, what is late."""
