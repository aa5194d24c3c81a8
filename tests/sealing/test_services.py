"""Filing, unlocking, releasing and opening through the services."""

import base64
from uuid import uuid4

import pytest
from django.core import serializers
from django.db import transaction

from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK
from platform_site.accounts.refusals import Refused
from platform_site.sealing import keysets, services
from platform_site.sealing.canonical import parse
from platform_site.sealing.keyfiles import BidderKey
from platform_site.sealing.models import Envelope, LotKey, PlainFile, Trustee
from platform_site.sealing.seal import Context, seal
from platform_site.sealing.seal import PlainFile as File
from platform_site.sealing.services.envelopes import wraps_bytes
from platform_site.sealing.storage import ciphertext_path, root
from platform_site.sealing.unseal import unwrap_by_owner
from tests.sealing.guards import Guard, four_guards
from tests.sealing.world import ALPHA, BETA, DOCUMENT, NOON, ROLES, resigned

pytestmark = pytest.mark.django_db
LOT = "lot:T-2026-0001/1"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def guards():
    return four_guards()


@pytest.fixture
def keyset(guards):
    return services.assign_keyset(LOT, [guard.row for guard in guards], 3, not_before=NOON)


def sealed_for(keyset, key, **changes):
    values = {"offer": {"price": "1000.00"}, "files": [File("报价.pdf", b"x" * 30_000)], "lot": LOT} | changes
    return seal(
        values["offer"],
        values["files"],
        keyset=keyset.document if keyset else None,
        key=key,
        context=Context(values["lot"], DOCUMENT),
        created=NOON,
    )


def coded(wraps):
    return {
        "owner": base64.b64encode(wraps["owner"]).decode(),
        "trustees": [base64.b64encode(blob).decode() for blob in wraps["trustees"]],
    }


def file_bid(sealed, key, *, subject=None, uploads=None, lot=LOT, public_key=None):
    subject = subject or key.subject
    if uploads is None:
        uploads = [services.upload_store(owner_ref=subject, content=part).id for part in sealed.parts]
    return services.envelope_accept(
        lot_ref=lot,
        subject_code=subject,
        header=sealed.header,
        signature=sealed.signature,
        wraps=coded(sealed.wraps),
        upload_ids=uploads,
        public_key=public_key or key.public_key,
        documents={DOCUMENT},
        arrived_at=NOON,
    )


def start_opening(lot=LOT):
    ledger.append("lot.opening_started", subject=lot, actor=CLOCK, facts={"roll": []})


@pytest.fixture
def alpha():
    return BidderKey.generate(ALPHA)


# -- trustees and key sets -----------------------------------------------------------------------------------------


def test_every_lot_takes_fresh_keys(guards):
    rows = [guard.row for guard in guards]

    one, two = (services.assign_keyset(f"lot:T/{n}", rows, 3) for n in (1, 2))

    recipients = [m["recipient"] for keyset in (one, two) for m in keyset.document["members"]]
    assert len(set(recipients)) == 8
    assert keysets.faults(one.document, "lot:T/1") == []


def test_a_lot_asked_twice_keeps_its_key_set(guards, keyset):
    assert services.assign_keyset(LOT, [guard.row for guard in guards], 3) == keyset
    assert LotKey.objects.exclude(lot_ref="").count() == 4


def test_a_trustee_without_free_keys_is_named():
    rows = [Guard(*who, batch=0 if who[0] == "notary" else 5).row for who in ROLES]

    with pytest.raises(Refused, match=r"trustees\.no_free_key") as refused:
        services.assign_keyset(LOT, rows, 3)

    assert refused.value.violations[0].facts == {"name": "云泽公证处"}
    assert not LotKey.objects.filter(lot_ref=LOT).exists()


def test_an_unsound_set_takes_no_key(guards):
    with pytest.raises(Refused, match=r"trustees\.insiders_reach_k"):
        services.assign_keyset(LOT, [guard.row for guard in guards], 2)

    assert not LotKey.objects.exclude(lot_ref="").exists()


def test_an_authority_cannot_even_register():
    with pytest.raises(Refused, match=r"trustees\.authority"):
        services.trustee_register(name="发改委", role="authority", subject_code="X", public_key="00" * 32)


def test_a_batch_signed_by_somebody_else_is_refused(guards):
    one, two = guards[:2]
    keys = [two.key.lot_key(9)]

    with pytest.raises(Refused, match=r"trustees\.batch_signature"):
        services.publish_batch(trustee_id=one.row.id, keys=keys, signature=two.key.sign(services.BATCH_CONTEXT, keys))


def test_a_batch_sent_twice_counts_once(guards):
    assert guards[0].publish(range(1, 8)) == 2
    assert guards[0].publish(range(1, 8)) == 0


def test_a_notice_waits_until_the_rest_cannot_reach_k(guards, keyset):
    assert [v.code for v in services.keyset_gaps(LOT)] == ["trustees.not_countersigned"]
    guards[1].countersign(keyset)
    assert services.keyset_gaps(LOT)[0].facts["waiting"] == [
        "云泽市水务局",
        "东湖市公共资源交易中心",
        "云泽省公共资源交易中心",
    ]

    guards[2].countersign(keyset)

    assert services.keyset_gaps(LOT) == []


def test_a_countersignature_for_another_lot_does_not_count(guards, keyset):
    other = services.assign_keyset("lot:T-2026-0001/2", [guard.row for guard in guards], 3)
    signature = guards[1].key.sign(keysets.COUNTERSIGN_CONTEXT, other.document)

    with pytest.raises(Refused, match=r"trustees\.countersignature"):
        services.keyset_countersign(LOT, guards[1].row.id, signature)


# -- filing --------------------------------------------------------------------------------------------------------


def test_a_filed_envelope_stands_sealed(keyset, alpha):
    accepted = file_bid(sealed_for(keyset, alpha), alpha)

    assert (accepted.envelope.state, accepted.recipient_seen, accepted.owner_shared) == ("sealed", (), ())
    assert accepted.envelope.parts.count() == 2


def test_a_filing_is_as_late_as_its_last_byte(keyset, alpha):
    sealed = sealed_for(keyset, alpha)
    late = NOON.replace(hour=5)
    with clock.at(late):
        uploads = [services.upload_store(owner_ref=ALPHA, content=part).id for part in sealed.parts]

    assert file_bid(sealed, alpha, uploads=uploads).envelope.arrived_at == late


def test_a_filing_sent_twice_is_one_envelope(keyset, alpha):
    sealed = sealed_for(keyset, alpha)

    assert file_bid(sealed, alpha).envelope == file_bid(sealed, alpha).envelope
    assert Envelope.objects.count() == 1


@pytest.mark.rule("ENG-24")
def test_parts_of_another_subject_are_refused(keyset, alpha):
    sealed = sealed_for(keyset, alpha)
    stolen = [services.upload_store(owner_ref=BETA, content=part).id for part in sealed.parts]

    with pytest.raises(Refused, match=r"envelope\.refused") as refused:
        file_bid(sealed, alpha, uploads=stolen)

    assert refused.value.blame.code == "part.missing"


@pytest.mark.parametrize("wrong", ["too few", "swapped", "unknown", "no id at all", "unfinished"])
def test_parts_that_are_not_those_promised_are_refused(keyset, alpha, wrong):
    sealed = sealed_for(keyset, alpha)
    uploads = [services.upload_store(owner_ref=ALPHA, content=part).id for part in sealed.parts]
    if wrong == "too few":
        uploads.pop()
    elif wrong == "swapped":
        uploads.reverse()
    elif wrong == "unknown":
        uploads[1] = uuid4()
    elif wrong == "no id at all":
        uploads[1] = "../../etc/passwd"
    else:
        begun = services.upload_begin(owner_ref=ALPHA, key="k", size=5, sha256="00" * 32)
        uploads[1] = begun.id

    with pytest.raises(Refused, match=r"envelope\.refused"):
        file_bid(sealed, alpha, uploads=uploads)
    assert not Envelope.objects.exists()


def test_a_copied_recipient_is_flagged_and_not_refused(keyset, alpha):
    original = sealed_for(keyset, alpha)
    first = file_bid(original, alpha)
    copier = BidderKey.generate(BETA)
    copied = resigned(original, copier, subject=BETA)

    accepted = file_bid(copied, copier)

    assert accepted.recipient_seen == (first.envelope.pk,)
    assert accepted.owner_shared == (first.envelope.pk,)


def test_one_owners_key_in_his_own_two_bids_is_no_sign(keyset, alpha):
    file_bid(sealed_for(keyset, alpha), alpha)

    assert file_bid(sealed_for(keyset, alpha), alpha).owner_shared == ()


@pytest.mark.parametrize("wraps", [{}, {"owner": "%%%", "trustees": []}, {"owner": "", "trustees": None}, []])
def test_wraps_that_are_no_wraps_are_refused_alike(keyset, alpha, wraps):
    sealed = sealed_for(keyset, alpha)

    with pytest.raises(Refused, match=r"envelope\.refused"):
        services.envelope_accept(
            lot_ref=LOT,
            subject_code=ALPHA,
            header=sealed.header,
            signature=sealed.signature,
            wraps=wraps,
            upload_ids=[],
            public_key=alpha.public_key,
            documents={DOCUMENT},
            arrived_at=NOON,
        )


# -- before opening, nothing -----------------------------------------------------------------------------------------


@pytest.mark.rule("ELE-05")
def test_before_the_opening_no_key_is_taken_and_nothing_opens(guards, keyset, alpha):
    sealed = sealed_for(keyset, alpha)
    envelope = file_bid(sealed, alpha).envelope
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, alpha.identity)

    with pytest.raises(Refused, match=r"unlock\.too_early"):
        services.unlock(envelope.pk, identity, subject_code=ALPHA)
    with pytest.raises(Refused, match=r"trustees\.too_early"):
        services.release_key(LOT, guards[0].row, guards[0].secret(keyset))
    with pytest.raises(Refused, match=r"opening\.not_started"):
        services.open_envelopes(LOT)


def test_returned_bids_are_never_opened(guards, keyset):
    start_opening()
    ledger.append("lot.bids_returned", subject=LOT, actor=CLOCK, facts={})

    with pytest.raises(Refused, match=r"trustees\.too_early"):
        services.release_key(LOT, guards[0].row, guards[0].secret(keyset))


# -- opening -------------------------------------------------------------------------------------------------------


def test_a_secret_that_is_not_the_lots_is_refused(guards, keyset):
    start_opening()

    for secret in (guards[1].secret(keyset), guards[0].key.lot_identity(4), "nonsense"):
        with pytest.raises(Refused, match=r"trustees\.wrong_secret"):
            services.release_key(LOT, guards[0].row, secret)


def test_contents_appear_together_and_unlocks_are_not_needed(guards, keyset, alpha):
    beta = BidderKey.generate(BETA)
    envelopes = [file_bid(sealed_for(keyset, key), key).envelope for key in (alpha, beta)]
    start_opening()
    sealed = envelopes[0]
    identity = unwrap_by_owner(sealed.header, wraps_bytes(sealed), alpha.identity)
    services.unlock(sealed.pk, identity, subject_code=ALPHA)
    waiting = services.open_envelopes(LOT)
    assert not services.ready(waiting)
    assert list(services.missing(waiting)) == [envelopes[1].pk]
    with pytest.raises(Refused, match=r"opening\.keys_missing"):
        services.record(waiting)
    services.discard(waiting)

    for guard in guards[:3]:
        services.release_key(LOT, guard.row, guard.secret(keyset))
    opened = services.open_envelopes(LOT)
    results = services.record(opened)

    assert [result.kind for result in results] == ["opened", "opened"]
    assert {result.offer["price"] for result in results} == {"1000.00"}
    assert set(Envelope.objects.values_list("state", flat=True)) == {"opened"}
    for file in PlainFile.objects.all():
        assert (root() / file.path).read_bytes() == b"x" * 30_000
    assert not list((root() / "opening").iterdir())


def test_an_opening_is_recorded_once(guards, keyset, alpha):
    file_bid(sealed_for(keyset, alpha), alpha)
    start_opening()
    for guard in guards[1:]:
        services.release_key(LOT, guard.row, guard.secret(keyset))
    opened = services.open_envelopes(LOT)
    services.record(opened)

    with pytest.raises(Refused, match=r"opening\.already_recorded"):
        services.record(opened)


def test_a_rolled_back_record_can_be_repeated(guards, keyset, alpha):
    file_bid(sealed_for(keyset, alpha), alpha)
    start_opening()
    for guard in guards[1:]:
        services.release_key(LOT, guard.row, guard.secret(keyset))

    with transaction.atomic():
        services.record(services.open_envelopes(LOT))
        transaction.set_rollback(True)
    services.record(services.open_envelopes(LOT))

    assert (root() / PlainFile.objects.get().path).read_bytes() == b"x" * 30_000


@pytest.mark.rule("ELE-07")
def test_when_time_is_up_missing_keys_are_nobodys_revocation(guards, keyset, alpha):
    file_bid(sealed_for(keyset, alpha), alpha)
    start_opening()
    services.release_key(LOT, guards[3].row, guards[3].secret(keyset))

    (result,) = services.record(services.open_envelopes(LOT, final=True))

    assert (result.kind, result.blame["code"]) == ("withdrawn", "keys.missing")
    assert result.missing == ["bidder", "云泽市水务局", "云泽公证处", "东湖市公共资源交易中心"]


def test_a_ciphertext_changed_on_the_disk_is_the_platforms_fault(guards, keyset, alpha):
    envelope = file_bid(sealed_for(keyset, alpha), alpha).envelope
    path = ciphertext_path(envelope.parts.last().upload_id)
    *whole, last = path.read_bytes()
    path.write_bytes(bytes([*whole, last ^ 1]))
    start_opening()
    for guard in guards[1:]:
        services.release_key(LOT, guard.row, guard.secret(keyset))

    (result,) = services.record(services.open_envelopes(LOT))

    assert (result.kind, result.blame["party"]) == ("withdrawn", "platform")


def test_a_replaced_envelope_is_not_opened(guards, keyset, alpha):
    old = file_bid(sealed_for(keyset, alpha), alpha).envelope
    new = file_bid(sealed_for(keyset, alpha), alpha).envelope
    services.envelope_retire(old.pk, "replaced")
    start_opening()

    assert [one.envelope_id for one in services.open_envelopes(LOT)] == [new.pk]
    with pytest.raises(Refused, match=r"envelope\.not_sealed"):
        services.envelope_retire(old.pk, "retracted")


def test_nobody_unlocks_another_subjects_envelope(keyset, alpha):
    sealed = sealed_for(keyset, alpha)
    envelope = file_bid(sealed, alpha).envelope
    start_opening()
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, alpha.identity)

    with pytest.raises(Refused, match=r"envelope\.not_sealed"):
        services.unlock(envelope.pk, identity, subject_code=BETA)
    with pytest.raises(Refused, match=r"unlock\.wrong_key"):
        services.unlock(envelope.pk, alpha.identity, subject_code=ALPHA)


def test_a_lot_without_trustees_is_opened_by_its_bidders(alpha):
    sealed = sealed_for(None, alpha)
    envelope = file_bid(sealed, alpha).envelope
    start_opening()
    services.unlock(
        envelope.pk, unwrap_by_owner(parse(sealed.header), sealed.wraps, alpha.identity), subject_code=ALPHA
    )

    assert services.ready(services.open_envelopes(LOT))


def test_the_database_holds_no_secret_before_opening(guards, keyset, alpha):
    sealed = sealed_for(keyset, alpha)
    file_bid(sealed, alpha)
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, alpha.identity)

    rows = serializers.serialize("json", [*Envelope.objects.all(), *LotKey.objects.all(), *Trustee.objects.all()])

    assert "AGE-SECRET-KEY" not in rows
    assert not any(secret in rows for secret in (identity, alpha.identity, guards[0].key.seed.hex()))
