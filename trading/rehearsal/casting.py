"""Everybody comes on stage through the real services: subjects, people, duties, keys, trustees, experts."""

from datetime import date

from django.db import transaction

from credit.models import Subject
from credit.services.centres import centre_place
from credit.services.keys import PROOF_CONTEXT, key_register, proof_value
from credit.services.memberships import membership_grant
from credit.services.subjects import subject_register, subjects_import
from experts.models import Application
from experts.services.applications import Said, application_decide, application_submit
from experts.services.people import expert_admit
from experts.services.pool import pool_root_publish
from platform_site.accounts.actors import CLOCK, CONSOLE, Actor
from platform_site.accounts.models import User
from platform_site.accounts.services.duties import duty_grant
from platform_site.sealing import services as sealing
from platform_site.sealing import signing
from platform_site.sealing.keyfiles import BidderKey, TrusteeKey
from platform_site.sealing.keysets import COUNTERSIGN_CONTEXT, RELEASE_CONTEXT, release_statement
from platform_site.sealing.models import KeySet, Trustee
from trading import catalogues
from trading.bank_standin import StandIn
from trading.rehearsal.people import Cast, Person, invented_code

# username: (subject's name, kinds, first two characters of its code, person's name)
ORGANISATIONS = {
    "initiator": ("泽安市江北水务建设有限公司", ("initiator",), "91", "李闻溪"),
    "agency": ("云泽中正工程咨询有限公司", ("agency",), "91", "沈知言"),
    "purchaser": ("泽安市第三中学", ("initiator",), "12", "陶然"),
    "transferor": ("泽安市城建投资控股有限公司", ("initiator",), "91", "许怀川"),
    "grantor": ("泽安市自然资源和规划局", ("initiator",), "11", "卢远川"),
    "bidder1": ("云泽恒岳建设集团有限公司", ("bidder",), "91", "周启明"),
    "bidder2": ("澜浦禹通水利建设有限公司", ("bidder",), "91", "沈致远"),
    "bidder3": ("石阜建工股份有限公司", ("bidder",), "91", "贺文川"),
    "bidder4": ("丹崖水务工程有限公司", ("bidder",), "91", "宋清越"),
    "bidder5": ("瑞江第三建筑工程有限公司", ("bidder",), "91", "邵景行"),
}
# Who seals though it does not bid: a reserve price.
SEALING = frozenset({"grantor"})
OFFICES = {
    "centre": ("泽安市公共资源交易中心", ("centre",), "12"),
    "other_centre": ("澜浦市公共资源交易中心", ("centre",), "12"),
    "third_centre": ("石阜市公共资源交易中心", ("centre",), "12"),
    "province_centre": ("云泽省公共资源交易中心", ("centre",), "12"),
    "county_centre": ("泽安市江北区公共资源交易分中心", ("centre",), "12"),
    "authority": ("泽安市水务局", ("authority",), "11"),
    "notary": ("云泽省泽安公证处", ("trustee",), "12"),
}
# Where an office lies that is not the city's; and which centre stands under which, the topmost first.
LIES = {"other_centre": "990200", "third_centre": "990300", "province_centre": "990000", "county_centre": "990103"}
CENTRES = (
    ("province_centre", ""),
    ("centre", "province_centre"),
    ("county_centre", "centre"),
    ("other_centre", "province_centre"),
    ("third_centre", "province_centre"),
)
# username: (person's name, duty, office it is held for)
OFFICIALS = {
    "operator": ("何以宁", "operator", "centre"),
    "draw_officer": ("秦书白", "draw_officer", "centre"),
    "maintainer": ("方若衡", "pool_maintainer", "centre"),
    "supervisor": ("顾长风", "supervisor", "authority"),
    "pool_supervisor": ("孟观澜", "pool_supervisor", "authority"),
}
TRUSTEES = (
    ("initiator", "initiator"),
    ("notary", "notary"),
    ("other_centre", "other_centre"),
    ("own_centre", "centre"),
)
EXPERT_NAMES = (
    "赵明远", "钱思齐", "孙若琳", "李维桢", "周以宁", "吴敬之",
    "郑怀瑾", "王砚秋", "冯绍棠", "陈望舒", "褚云舟", "卫青岚",
)  # fmt: skip
LOT_KEYS = 80


def person(username: str, name: str) -> Person:
    """The user exists; demo and rehearsals sign in without a password."""
    user, made = User.objects.get_or_create(
        username=username, defaults={"name": name, "email": f"{username}@example.invalid"}
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return Person(username, name, user)


@transaction.atomic
def assemble(names: dict[str, str] | None = None, *, lot_keys: int = LOT_KEYS) -> Cast:
    """The whole cast stands in the database, and in the returned Cast with its keys.

    Args:
        names: other organisations to play a part: username -> "code name" of a real subject (rehearsing from a notice).
        lot_keys: how many lots each trustee can be asked for.
    """
    cast = Cast()
    for username, (name, kinds, prefix, someone) in ORGANISATIONS.items():
        code = invented_code(name, prefix)
        if names and username in names:
            code, _, name = names[username].partition(" ")
        add_trader(cast, username, someone, code, name, kinds)
    for office, (name, kinds, prefix) in OFFICES.items():
        code = invented_code(name, prefix)
        row = {"code": code, "name": name, "kinds": list(kinds), "region_code": LIES.get(office, "990100")}
        subjects_import([row], actor=CONSOLE, source="演练")
        cast.subjects[office] = Subject.objects.get(code=code)
    for username, (name, duty, office) in OFFICIALS.items():
        official = person(username, name)
        official.code, official.duties = cast.subjects[office].code, frozenset({duty})
        membership_grant(subject_code=official.code, user=official.user, duty="official", actor=CONSOLE)
        duty_grant(user=official.user, duty=duty, subject_code=official.code, actor=CONSOLE)
        cast.people[username] = official
    add_trustees(cast, lot_keys)
    add_experts(cast)
    for kind in ("bank", "guarantor"):
        StandIn(kind).register()
    for office, above in CENTRES:
        parent = cast.subjects[above].code if above else ""
        centre_place(code=cast.subjects[office].code, parent=parent, actor=CONSOLE)
    catalogues.load(catalogues.read(catalogues.SHIPPED.read_text(encoding="utf-8")))
    return cast


def add_trader(cast: Cast, username: str, name: str, code: str, subject_name: str, kinds: tuple[str, ...]) -> None:
    """A person registers the subject for itself and makes its key, as in the browser."""
    trader = person(username, name)
    bare = Actor("person", trader.user.public_id, "", frozenset(), trader.address)
    subject = subject_register(code=code, name=subject_name, kinds=kinds, region_code="990100", actor=bare)
    trader.code = subject.code
    cast.people[username], cast.subjects[username] = trader, subject
    if "bidder" in kinds or username in SEALING:
        add_key(cast, trader)


def add_key(cast: Cast, trader: Person) -> BidderKey:
    """The trader's subject has a registered key; its private half stays in the cast."""
    key = BidderKey.generate(trader.code)
    cast.keys[trader.code] = key
    value = proof_value(trader.code, key.recipient, key.public_key)
    key_register(
        subject_code=trader.code,
        recipient=key.recipient,
        verify_key=key.public_key,
        label=f"{trader.name}的电脑",
        proof=signing.sign(key.signing_secret, PROOF_CONTEXT, value),
        actor=trader.actor,
    )
    return key


def add_trustees(cast: Cast, stock: int) -> None:
    """Four trustees with a stock of signed lot keys: initiator, notary, another city's centre, the own centre."""
    for role, of in TRUSTEES:
        add_trustee(cast, role, cast.subjects[of], stock=stock)


def add_trustee(cast: Cast, role: str, subject: Subject, *, stock: int = LOT_KEYS) -> Trustee:
    """The subject stands in the register of trustees under a new key, with a stock of lot keys."""
    key = TrusteeKey.generate(subject.name)
    row = sealing.trustee_register(name=subject.name, role=role, subject_code=subject.code, public_key=key.public_key)
    keys = [key.lot_key(serial) for serial in range(1, stock + 1)]
    sealing.publish_batch(trustee_id=row.id, keys=keys, signature=key.sign(sealing.BATCH_CONTEXT, keys))
    cast.trustees[str(row.id)] = key
    return row


def add_experts(cast: Cast) -> None:
    """Experts of construction in several employers, the last by an application; the pool's root is published."""
    maintainer = cast["maintainer"].actor
    *known, last = enumerate(EXPERT_NAMES, 1)
    for number, called in known:
        expert = cast.people[f"expert{number}"] = person(f"expert{number}", called)
        name = f"云泽第{number}设计研究院"
        expert_admit(
            user=expert.user,
            specialties=["A0801", "A06"],
            region_code="990100",
            years=12,
            senior=True,
            actor=maintainer,
            employer_code=invented_code(name),
            employer_name=name,
            title="正高级工程师",
        )
    expert = cast.people[f"expert{last[0]}"] = person(f"expert{last[0]}", last[1])
    made = entry_asked(expert, f"云泽第{last[0]}设计研究院")
    application_decide(application_id=made.pk, admit=True, actor=maintainer)
    pool_root_publish(actor=CLOCK)


def add_applicant(cast: Cast) -> None:
    """Somebody waits for the pool maintainer's decision."""
    someone = cast.people["applicant"] = person("applicant", "裴清晏")
    entry_asked(someone, "云泽市政设计院")


def entry_asked(someone: Person, employer: str) -> Application:
    """The person has asked for entry into the pool, as an engineer of construction working there."""
    said = Said(
        specialties=("A0801", "A06"),
        region_code="990100",
        employer_name=employer,
        employer_code=invented_code(employer),
        title="正高级工程师",
        senior=True,
        years=12,
        born=date(1976, 5, 18),
        healthy=True,
        truthful=True,
    )
    return application_submit(said=said, actor=someone.actor)


def trustees_of(cast: Cast) -> list[Trustee]:
    """The cast's trustees in their order."""
    rows = Trustee.objects.in_bulk(list(cast.trustees))
    return [rows[pk] for pk in rows if str(pk) in cast.trustees]


def countersign(cast: Cast, lot_ref: str) -> None:
    """Every trustee has countersigned the lot's key set, as its agent does."""
    keyset = KeySet.objects.get(pk=lot_ref)
    members = {member["trustee"] for member in keyset.document["members"]}
    for trustee_id, key in cast.trustees.items():
        if trustee_id not in members:
            continue
        sealing.keyset_countersign(lot_ref, trustee_id, key.sign(COUNTERSIGN_CONTEXT, keyset.document))


def released(cast: Cast, lot_ref: str, trustee_id: str) -> tuple[str, str]:
    """The trustee's lot key and its signature over giving it away, as its agent makes them."""
    keyset, key = KeySet.objects.get(pk=lot_ref), cast.trustees[trustee_id]
    member = next(m for m in keyset.document["members"] if m["trustee"] == trustee_id)
    secret = key.lot_identity(member["serial"])
    return secret, key.sign(RELEASE_CONTEXT, release_statement(lot_ref, keyset.hash, member["serial"], secret))
