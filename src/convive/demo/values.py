"""What the programme of the demo achieved: recorded by one account, accepted by another."""

from __future__ import annotations

import numpy as np

from convive.access.rules import Actor
from convive.demo import rules
from convive.domain.plans.actions_values import accept_value, record_value, submit_value
from convive.kernel.periods import Period

SOURCE = "sample-values"


def record(*, by: Actor, organisation: str, reviewer: Actor) -> None:
    """Draw every quarter's values by the rules, and take each through the actions people use."""
    draw = np.random.default_rng(rules.SEED)
    for indicator, places in rules.ACHIEVED.items():
        for quarter in rules.QUARTERS:
            for place, mean in places.items():
                count = int(draw.poisson(mean))
                share = rules.SHARE.get(indicator)
                value = record_value(
                    by=by,
                    indicator=indicator,
                    place=place,
                    period=Period.parse(quarter),
                    organisation=organisation,
                    numerator=count if share is None else int(draw.binomial(count, share)),
                    denominator=None if share is None else count,
                    source=SOURCE,
                )
                submit_value(by=by, value=value.pk)
                accept_value(by=reviewer, value=value.pk)
