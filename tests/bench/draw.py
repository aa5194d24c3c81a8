"""Row `draw`: half a year of Anhui's draws, each with its certificate, and one in a hundred checked by the outsider's
script."""

import random
import time
from uuid import UUID

from experts import draw as drawing
from tests.bench.ground import Ground
from tests.bench.rows import Part, Row
from verify.draw import check_draw

DRAWS, SELECTIONS, POOL = 12_953, 50_847, 14_229
# Specialties of the national classification that a province's pool is spread over, unevenly.
SPECIALTIES, EMPLOYERS = 64, 3_000
LIMIT, PATIENCE = 60.0, 25.0


def pool() -> list[list[drawing.Listed]]:
    """The experts of each specialty; every expert has one, and the largest is 16 times the smallest."""
    chance = random.Random(POOL)
    weights = [1 / (1 + n / 4) for n in range(SPECIALTIES)]
    lists: list[list[drawing.Listed]] = [[] for _ in weights]
    for number in range(POOL):
        employer = f"E{chance.randrange(EMPLOYERS)}"
        chance.choices(lists, weights)[0].append(drawing.Listed(str(UUID(int=number)), employer))
    return lists


def sizes() -> list[int]:
    """Seats of each draw: threes and fours that add up to the half year's selections."""
    fours = SELECTIONS - 3 * DRAWS
    found = [4] * fours + [3] * (DRAWS - fours)
    random.Random(DRAWS).shuffle(found)
    return found


def one(listed: list[drawing.Listed], seats: int, number: int) -> dict:
    """A draw from the list to the certificate."""
    name = f"draw-{number}"
    rows, openings = drawing.make_list(listed)
    nonces = {role: drawing.new_nonce() for role in drawing.ROLES}
    return drawing.certify(
        draw=name, lot=f"lot:T-{number}/1", need=drawing.Need(("A08",), seats), pool={}, rows=rows, openings=openings,
        nonces=nonces, commitments={role: drawing.commitment(name, role, nonces[role]) for role in drawing.ROLES},
    )  # fmt: skip


def run(ground: Ground) -> Row:
    """All draws on one core, for two ways needs may fall; fewer, and said so, where it takes long."""
    lists = pool()
    everywhere = [listed for listed in lists for _ in listed]
    parts = [
        _part("needs fall on every specialty alike", lists),
        _part("needs fall on specialties as experts do", everywhere),
    ]
    return Row("draw", parts, {"pool": POOL, "specialties": SPECIALTIES, "employers": EMPLOYERS})


def _part(how: str, lists: list[list[drawing.Listed]]) -> Part:
    """Seconds of the processor, since a draw is arithmetic alone and the machine may be somebody else's as well."""
    chance = random.Random(SELECTIONS)
    taken, selected, listed_in_all, checked = 0.0, 0, 0, 0
    marks = []
    for number, seats in enumerate(sizes()):
        listed = chance.choice(lists)
        began = time.process_time()
        made = one(listed, seats, number)
        taken += time.process_time() - began
        selected += len(made["selected"])
        listed_in_all += len(listed)
        if number % 100 == 0:
            marks.append(round(taken, 4))
            if faults := check_draw(made):
                raise AssertionError(f"draw {number}: {faults}")
            checked += 1
        if taken > PATIENCE:
            break
    done = number + 1
    note = (
        f"{done:,} draws and {selected:,} selections were made"
        + ("" if done == DRAWS else f"; the figure is extrapolated from them to {DRAWS:,}")
        + f"; {listed_in_all / done:.0f} experts on a list on average; processor seconds of one core; "
        + f"verify/draw.py agreed with all {checked} it was shown"
    )
    return Part(
        what=f"{DRAWS:,} draws with certificates, {how}",
        figure=taken * DRAWS / done, unit="s", against=LIMIT, beside="the limit of 60 s", at_most=1,
        samples=marks, note=note,
    )  # fmt: skip
