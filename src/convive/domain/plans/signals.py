"""What the floors above may want to know of plans."""

from __future__ import annotations

from django.dispatch import Signal

# Sent after the commit of a change made on a page: the programme's public text may be another now
plan_changed = Signal()
