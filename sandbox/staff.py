"""Users of the company with their moves between teams, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import DAY, NONE, Array, Clock, Floats, Ints, generator, month_index
from sandbox.frames import Frame
from sandbox.words import REGIONS

INBOUND, OUTBOUND, FIELD = 0, 1, 2
REP, MANAGER, DIRECTOR, SUPPORT = 0, 1, 2, 3


@dataclass(frozen=True)
class Staff:
    """Users, one row per version, their costs, and arrays with one item per user."""

    users: Frame
    costs: Frame
    reps: Ints
    region: Ints
    """Region of each user; nobody moves region."""
    acquires: Array
    """Whether each user wins new customers; nobody changes that."""
    direction: Ints
    """Direction of each user when first seen."""
    skill: Floats
    """How well each user sells: 1 is average."""

    def owners(self, rng: np.random.Generator, count: int) -> Ints:
        """`count` reps, the better ones more often."""
        weights = self.skill[self.reps] ** 1.5
        drawn = rng.choice(len(self.reps), size=count, p=weights / weights.sum())
        return np.asarray(self.reps[drawn], dtype=np.int64)

    def owners_in(self, rng: np.random.Generator, regions: Ints) -> Ints:
        """A rep of each of these regions."""
        owners = np.full(len(regions), NONE, dtype=np.int64)
        for region in range(len(REGIONS)):
            here = np.flatnonzero(regions == region)
            local = self.reps[self.region[self.reps] == region]
            weights = self.skill[local] ** 1.5
            owners[here] = local[rng.choice(len(local), size=len(here), p=weights / weights.sum())]
        return owners


def make_staff(clock: Clock, *, seed: int, scale: float) -> Staff:
    """A director, a manager per region, reps (40 at scale 1, growing with its root), and two of support."""
    rng = generator(seed, "staff")
    regions = len(REGIONS)
    rep_count = max(2 * regions, round(40 * scale**0.5))
    count = 1 + regions + rep_count + 2
    user = np.arange(count, dtype=np.int64)
    role = np.full(count, REP, dtype=np.int64)
    role[0], role[1 : 1 + regions], role[-2:] = DIRECTOR, MANAGER, SUPPORT
    reps = np.flatnonzero(role == REP).astype(np.int64)
    region = np.zeros(count, dtype=np.int64)
    region[1 : 1 + regions] = np.arange(regions)
    region[reps] = np.arange(rep_count) % regions
    direction = np.full(count, 3, dtype=np.int64)
    direction[reps] = (np.arange(rep_count) // regions) % 3
    manager = np.full(count, NONE, dtype=np.int64)
    manager[1 : 1 + regions] = 0
    manager[reps] = 1 + region[reps]
    manager[-2:] = 0
    acquires = np.isin(direction, (OUTBOUND, FIELD)) & (role == REP)
    hired = clock.first_day - rng.integers(90, 2500, count)
    skill = np.where(role == REP, np.clip(rng.normal(1.0, 0.3, count), 0.4, 1.8), 1.0)

    first = {
        "user": user,
        "direction": direction,
        "role": role,
        "manager": manager,
        "region": region,
        "acquires": acquires,
        "hired": hired,
        "updated_at": clock.to_utc(hired * DAY + 9 * 3600),
    }
    movers = reps[2::6]
    moved_on = clock.first_day + np.sort(
        rng.integers(
            len(clock.days) // 4,
            max(len(clock.days) * 4 // 5, len(clock.days) // 4 + 1),
            len(movers),
        )
    )
    moves = {name: values[movers] for name, values in first.items()}
    moves["direction"] = (direction[movers] + 1) % 3
    moves["updated_at"] = clock.to_utc(moved_on * DAY + 9 * 3600)
    versions = {name: np.concatenate([first[name], moves[name]]) for name in first}
    exported_on = np.concatenate([np.full(count, clock.first_day, dtype=np.int64), moved_on])
    return Staff(
        users=Frame(versions, exported_on),
        costs=_costs(clock, rng, user[role != SUPPORT], role, skill),
        reps=reps,
        region=region,
        acquires=acquires,
        direction=direction,
        skill=skill,
    )


def _costs(
    clock: Clock, rng: np.random.Generator, payroll: Ints, role: Ints, skill: Floats
) -> Frame:
    months = np.unique(month_index(clock.days))
    user = np.tile(payroll, len(months))
    month = np.repeat(months, len(payroll))
    starts = month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    base = np.choose(role[user], [170_000, 260_000, 420_000, 0]) + (user * 137 % 40) * 1_000
    commission = np.where(role[user] == REP, rng.gamma(4.0, 12_000, len(user)) * skill[user], 0.0)
    columns = {
        "user": user,
        "month": starts,
        "salary": base.astype(np.int64),
        "commission": np.round(commission).astype(np.int64),
    }
    return Frame(columns, starts + 24)
