"""A small pool, four trustees, and the people around a draw."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from uuid import uuid4

from experts import draw as drawing
from experts import services
from experts.models import Draw, Expert
from experts.nonces import seal_nonce
from platform_site.accounts.actors import Actor
from platform_site.accounts.models import User
from platform_site.sealing import services as sealing
from platform_site.sealing.keyfiles import TrusteeKey
from platform_site.sealing.keysets import RELEASE_CONTEXT, ROLES, release_statement
from platform_site.sealing.models import KeySet, Trustee
from platform_site.sealing.services.trustees import trustee_release

INITIATOR, NOTARY = "91330000000000001A", "12330000000000002N"
TRUSTEES = {
    "initiator": INITIATOR,
    "notary": NOTARY,
    "other_centre": "12340000000000003C",
    "own_centre": "12330000000000004C",
}
NEED = drawing.Need(("A08",), 3)


def person(*duties: str, subject: str = "") -> Actor:
    """Somebody with these duties, acting for `subject`."""
    return Actor(kind="person", user_id=uuid4(), subject_code=subject, duties=frozenset(duties))


OFFICER, MAINTAINER, SUPERVISOR = person("draw_officer"), person("pool_maintainer"), person("supervisor")
BUYER, WITNESS = person(subject=INITIATOR), person(subject=NOTARY)


def expert(number: int, *, employer: str = "", specialties=("A0801",), region: str = "330100") -> Expert:
    """An admitted expert."""
    user = User.objects.create_user(f"expert-{number}-{uuid4().hex[:6]}", name=f"专家{number}")
    return services.expert_admit(
        user=user,
        specialties=specialties,
        region_code=region,
        years=10,
        senior=True,
        actor=MAINTAINER,
        employer_code=employer or f"9133000000000{number:04}E",
        title="高级工程师",
    )


def pool(count: int = 8, *, employers: int = 100) -> list[Expert]:
    """`count` experts of A08 in Hangzhou, and the day's root in the record."""
    found = [expert(n, employer=f"E{n % employers}") for n in range(count)]
    services.pool_root_publish(actor=MAINTAINER)
    return found


@dataclass
class Trustees:
    """Four trustees whose keys the test holds."""

    rows: list[Trustee] = field(default_factory=list)
    keys: dict = field(default_factory=dict)


def trustees() -> Trustees:
    """Registered, with published keys."""
    made = Trustees()
    for role, code in TRUSTEES.items():
        key = TrusteeKey.generate(ROLES[role])
        row = sealing.trustee_register(name=ROLES[role], role=role, subject_code=code, public_key=key.public_key)
        batch = [key.lot_key(serial) for serial in range(1, 4)]
        sealing.publish_batch(trustee_id=row.id, keys=batch, signature=key.sign(sealing.BATCH_CONTEXT, batch))
        made.rows.append(row)
        made.keys[row.id] = key
    return made


def opened(keepers: Trustees, need: drawing.Need = NEED, lot_ref: str = "lot:T-1/1", **given) -> Draw:
    """A draw whose list stands in the record."""
    return services.draw_open(
        lot_ref=lot_ref,
        need=need,
        actor=OFFICER,
        initiator_codes=[INITIATOR],
        witness_codes=[NOTARY],
        trustees=keepers.rows,
        k=3,
        **given,
    )


def nonces(draw: Draw) -> SimpleNamespace:
    """A nonce for each role, its commitment and its sealed copy."""
    made = SimpleNamespace(nonce={}, commitment={}, sealed={})
    for role in drawing.ROLES:
        made.nonce[role] = drawing.new_nonce()
        made.commitment[role] = drawing.commitment(str(draw.id), role, made.nonce[role])
        made.sealed[role] = seal_nonce(made.nonce[role], services.keyset_of(draw))
    return made


def committed(draw: Draw) -> SimpleNamespace:
    """Both nonces are committed."""
    made = nonces(draw)
    for role, actor in (("initiator", BUYER), ("witness", WITNESS)):
        services.nonce_commit(
            draw_id=draw.id, role=role, commitment=made.commitment[role], sealed_nonce=made.sealed[role], actor=actor
        )
    return made


def drawn(keepers: Trustees, need: drawing.Need = NEED, lot_ref: str = "lot:T-1/1", **given) -> Draw:
    """A draw that has run; its experts are invited."""
    draw = opened(keepers, need, lot_ref, **given)
    made = committed(draw)
    for role, actor in (("initiator", BUYER), ("witness", WITNESS)):
        services.nonce_reveal(draw_id=draw.id, role=role, nonce=made.nonce[role], actor=actor)
    return services.draw_run(draw_id=draw.id, actor=OFFICER)


def as_expert(found: Expert) -> Actor:
    """The expert as an actor."""
    return Actor(kind="person", user_id=found.user.public_id)


def release(draw: Draw, keepers: Trustees, count: int) -> None:
    """`count` trustees have given their key of this draw away, as their agents do."""
    keyset = KeySet.objects.get(pk=draw.ledger_ref)
    for row in keepers.rows[:count]:
        key, serial = keepers.keys[row.id], row.lot_keys.get(lot_ref=draw.ledger_ref).serial
        secret = key.lot_identity(serial)
        statement = release_statement(draw.ledger_ref, keyset.hash, serial, secret)
        trustee_release(
            lot_ref=draw.ledger_ref,
            trustee_id=row.id,
            serial=serial,
            secret=secret,
            signature=key.sign(RELEASE_CONTEXT, statement),
        )
