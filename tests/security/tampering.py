"""Every way a superuser is shown to change a lived trade: one statement each, in rounds, undone after the round."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

FLIP = "set_byte({0}, octet_length({0}) - 1, get_byte({0}, octet_length({0}) - 1) # 1)"
# One small change by kind of column.
CHANGES: dict[type[models.Field], str] = {
    models.BinaryField: FLIP,
    models.UUIDField: "gen_random_uuid()",
    models.JSONField: """{0} || '{{"forged": 1}}'""",
    models.BooleanField: "NOT {0}",
    models.DateTimeField: "{0} + interval '1 microsecond'",
    models.CharField: "overlay({0} PLACING '#' FROM 1)",
    models.TextField: "overlay({0} PLACING '#' FROM 1)",
    models.BigIntegerField: "{0} + 1000000",
    models.SmallIntegerField: "CASE WHEN {0} = 0 THEN 7 ELSE 0 END",
    models.BigAutoField: "",  # a surrogate that nothing is said about
}


def ledger_columns() -> Iterator[tuple[str, str, str]]:
    """(table, column, expression) of every column of the record."""
    for model in apps.get_app_config("ledger").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CompositePrimaryKey):
                continue
            kind: models.Field = field
            while isinstance(kind, models.ForeignKey):
                kind = kind.target_field
            (change,) = [text for known, text in CHANGES.items() if type(kind) is known]
            if change:
                yield model._meta.db_table, field.column, change.format(f'"{field.column}"')


OTHER_SUBJECT = "(SELECT id FROM credit_subject WHERE code <> (SELECT code FROM credit_subject WHERE id = {0}) LIMIT 1)"
HOUR = "{0} + interval '1 hour'"
TEXT = "{0} || '改'"
MONEY = "{0} + 0.01"
SWAP = "CASE WHEN {0} = '{1}' THEN '{2}' ELSE '{1}' END"

# The first row of a table; where rows lie after papers were made of them is chance, so these are named.
ONE = """ctid = (SELECT min(ctid) FROM "{0}")"""
PICKED = {
    "credit_qualification": "withdrawn_at IS NOT NULL",
    "trading_notice": "id = (SELECT id FROM trading_notice WHERE kind = 'tender' ORDER BY publish_at LIMIT 1)",
    "trading_storedfile": "id = (SELECT id FROM trading_storedfile WHERE name LIKE '招标%' ORDER BY stored_at LIMIT 1)",
}


def one_of(table: str) -> str:
    """The condition for the row of a table that is changed or deleted."""
    return PICKED.get(table) or ONE.format(table)


# table -> {column: expression}; the first row is changed
STATE: dict[str, dict[str, str]] = {
    "trading_tender": {
        "procedure": "'procurement.inquiry'",
        "book_edition": "book_edition + 1",
        "initiator_id": OTHER_SUBJECT,
        "agency_id": OTHER_SUBJECT,
        "centre_id": OTHER_SUBJECT,
        "trade_category": "'B01'",
        "shared_document": "NOT shared_document",
        "investment_code": TEXT,
        "funding": TEXT,
        "approval": """approval || '{"number": "另一"}'""",
    },
    "trading_lot": {
        "state": "'awarded'",
        "scope": TEXT,
        "qualification": TEXT,
        "ceiling_cny": MONEY,
        "estimate_cny": MONEY,
        "key_set_hash": "repeat('0', 64)",
        "terms": """jsonb_set(terms, '{bond_cny}', '"1.00"')""",
        "moments": """jsonb_set(moments, '{bid_deadline}', '"2026-04-03T02:30:00+00:00"')""",
    },
    "trading_notice": {
        "state": "'recalled'",
        "kind": "'award'",
        "title": TEXT,
        "content": """content || '{"title": "另一"}'""",
        "digest": "repeat('0', 64)",
        "published_at": HOUR,
    },
    "trading_documentversion": {
        "number": "number + 5",
        "digest": "repeat('0', 64)",
        "terms": """terms || '{"bond_cny": "1.00"}'""",
    },
    "trading_storedfile": {"sha256": "repeat('0', 64)", "path": TEXT},
    "trading_enquiry": {"text": TEXT, "answer": TEXT, "subject_id": OTHER_SUBJECT},
    "trading_bid": {
        "state": "CASE WHEN state = 'replaced' THEN 'withdrawn' ELSE 'lapsed' END",
        "subject_id": OTHER_SUBJECT,
        "arrived_at": HOUR,
        "entry_id": "gen_random_uuid()",
        "offer": """'{"price_cny": "1.00"}'::jsonb""",
        "rejection": """'{"ground": 1}'::jsonb""",
        "promise": """promise || '{"signature": "AAAA"}'""",
    },
    "trading_opening": {
        "roll": "roll - 0",
        "results": "results - 0",
        "remarks": """remarks || '[{"text": "x", "at": "", "answer": ""}]'""",
        "started_at": HOUR,
        "disclosed_at": HOUR,
    },
    "trading_factordraw": {
        "commitments": """jsonb_set(commitments, '{witness}', to_jsonb(repeat('0', 64)))""",
        "sealed_nonces": "sealed_nonces - 'initiator'",
        "certificate": """jsonb_set(certificate, '{drawn}', '"0.95"') || '{"order": []}'""",
        "drawn_at": HOUR,
    },
    "trading_committee": {"time_asked": """'["评委甲"]'::jsonb""", "time_extended_to": "formed_at"},
    "trading_committeemember": {
        "label": TEXT,
        "user_id": "user_id + 1",
        "is_expert": "NOT is_expert",
        "left_at": "now()",
    },
    "trading_reviewmark": {"passed": "NOT passed", "ground": "1", "reason": TEXT, "item": TEXT},
    "trading_scoremark": {"points": MONEY, "reason": TEXT, "item": TEXT},
    "trading_report": {
        "content": """content || '{"trim": true}'""",
        "digest": "repeat('0', 64)",
        "submitted_at": "NULL",
    },
    "trading_signature": {"digest": "repeat('0', 64)", "dissent": TEXT},
    "trading_candidate": {
        "rank": "rank + 10",
        "price_cny": MONEY,
        "points": """points || '{"total": "99"}'""",
        "bid_id": "gen_random_uuid()",
    },
    "trading_challenge": {
        "kind": "'opening'",
        "number": "number + 1",
        "title": TEXT,
        "text": TEXT,
        "received_at": HOUR,
        "reply_by": HOUR,
        "reply": TEXT,
        "upheld": "NOT upheld",
        "replied_at": "NULL",
    },
    "trading_award": {
        "amount_cny": MONEY,
        "subject_id": OTHER_SUBJECT,
        "bid_id": "(SELECT id FROM trading_bid b WHERE b.id <> bid_id LIMIT 1)",
        "at": HOUR,
    },
    "trading_letter": {
        "kind": "'deal'",
        "subject_id": OTHER_SUBJECT,
        "content": """content || '{"amount_cny": "1.00"}'""",
        "digest": "repeat('0', 64)",
        "issued_at": HOUR,
    },
    "trading_instrument": {
        "kind": "'cover'",
        "content": """content || '{"benchmark_cny": "1.00"}'""",
        "digest": "repeat('0', 64)",
        "issued_at": HOUR,
    },
    "trading_contract": {
        "amount_cny": MONEY,
        "particulars": """particulars || '{"amount_cny": "1.00"}'""",
        "digest": "repeat('0', 64)",
        "signed_at": HOUR,
    },
    "trading_archive": {
        "file_id": "(SELECT id FROM trading_storedfile f WHERE f.id <> file_id LIMIT 1)",
        "made_at": HOUR,
    },
    "trading_mediapost": {
        "state": "'sent'",
        "said_digest": "repeat('0', 64)",
        "due_at": HOUR,
        "sent_at": HOUR,
        "posted_at": HOUR,
        "overdue_told_at": "sent_at",
        "url": TEXT,
    },
    "trading_mediaoutlet": {"name": TEXT, "public_key": "repeat('0', 64)"},
    "trading_outage": {
        "starts_at": "starts_at - interval '1 hour'",
        "ends_at": HOUR,
        "failed": TEXT,
        "evidence": TEXT,
        "centre_id": OTHER_SUBJECT,
    },
    "trading_venuesession": {
        "kind": "'draw'",
        "starts_at": "starts_at - interval '1 hour'",
        "ends_at": HOUR,
        "state": "'waiting'",
        "why": TEXT,
    },
    "holds_hold": {
        "ref": TEXT,
        "kind": "'order'",
        "reason": TEXT,
        "started_at": "started_at - interval '1 hour'",
        "ended_at": HOUR,
        "source_ref": TEXT,
    },
    "sealing_envelope": {
        "state": "'withdrawn'",
        "header": """header || '{"nonce": "00"}'""",
        "header_sha256": "overlay(header_sha256 PLACING '0000' FROM 1)",
    },
    "sealing_upload": {"sha256": "repeat('0', 64)"},
    "sealing_key_set": {"document": """document || '{"k": 2}'""", "hash": "repeat('0', 64)", "k": "k - 1"},
    "sealing_countersignature": {"signature": "repeat('0', 128)"},
    "sealing_released_key": {"signature": "repeat('0', 128)"},
    "sealing_opening_result": {
        "kind": "'revoked'",
        "offer": """offer || '{"price_cny": "1.00"}'""",
        "manifest_sha256": "repeat('0', 64)",
    },
    "sealing_plain_file": {"sha256": "repeat('0', 64)", "path": TEXT},
    "credit_subject": {"state": SWAP.format("{0}", "active", "closed")},
    "credit_qualification": {
        "kind": TEXT,
        "grade": TEXT,
        "number": TEXT,
        "issuer": TEXT,
        "publisher": TEXT,
        "source": SWAP.format("{0}", "self", "authority"),
        "valid_from": "{0} - 1",
        "valid_until": "{0} + 1",
        "declared_at": "{0} - interval '1 hour'",
        "withdrawn_at": HOUR,
        "withdrawn_why": TEXT,
        "subject_id": OTHER_SUBJECT,
    },
    "credit_qualificationdoubt": {
        "reason": TEXT,
        "authority_id": OTHER_SUBJECT,
        "marked_at": "{0} - interval '1 hour'",
        "ended_at": HOUR,
        "end_reason": TEXT,
    },
    "experts_expert": {"state": SWAP.format("{0}", "active", "suspended")},
    "experts_draw": {"state": "'open'"},
}
# The word by which verify speaks of a table's rows; where a column is not named after it, what is said instead.
WORDS = {
    "trading_tender": "tender", "trading_lot": "lot", "trading_notice": "notice",
    "trading_documentversion": "document version 1", "trading_enquiry": "enquiry", "trading_bid": "bid",
    "trading_opening": "opening", "trading_factordraw": "factor draw", "trading_committee": "committee",
    "trading_reviewmark": "mark", "trading_scoremark": "mark", "trading_report": "report",
    "trading_challenge": "challenge", "trading_award": "award", "trading_letter": "letter",
    "trading_contract": "contract", "trading_archive": "archive", "trading_mediapost": "media post",
}  # fmt: skip
DIGEST_OF = "what it is the digest of is"
CANDIDATES = "the candidates are not those of the submitted report"
NAMED = {
    ("trading_tender", "trade_category"): "lot: category is",
    ("trading_tender", "investment_code"): "lot: investment_code is",
    ("trading_tender", "funding"): "lot: funding is",
    ("trading_tender", "approval"): "lot: approval is",
    ("trading_lot", "state"): "is 'awarded', its last entry says 'archived'",
    ("trading_lot", "scope"): f"document version 2: {DIGEST_OF}",
    ("trading_lot", "qualification"): f"document version 2: {DIGEST_OF}",
    ("trading_lot", "ceiling_cny"): f"document version 2: {DIGEST_OF}",
    ("trading_lot", "terms"): "document version 2: terms is",
    ("trading_lot", "moments"): "lot: bid_deadline is",
    ("trading_notice", "content"): "公开招标公告 differs from the record",
    ("trading_notice", "digest"): "公开招标公告 differs from the record",
    ("trading_documentversion", "number"): "document version 6: no entry ever said so",
    ("trading_documentversion", "terms"): f"document version 1: {DIGEST_OF}",
    ("trading_storedfile", "sha256"): "has other bytes than recorded",
    ("trading_storedfile", "path"): "招标文件.txt is missing",
    ("trading_enquiry", "answer"): "enquiry: its answer is not the published one",
    ("trading_bid", "entry_id"): "bid: entry_id is",
    ("trading_bid", "promise"): "bid: promise is signed is False",
    ("trading_committeemember", "label"): "committee: members is",
    ("trading_committeemember", "user_id"): "committee: people is",
    ("trading_committeemember", "is_expert"): "committee: members is",
    ("trading_committeemember", "left_at"): "committee: members is",
    ("trading_reviewmark", "item"): "mark is gone, bid.reviewed speaks of it",
    ("trading_scoremark", "item"): "mark is gone, bid.scored speaks of it",
    ("trading_report", "submitted_at"): "report: submitted is",
    ("trading_signature", "digest"): ": digest is '000",
    ("trading_signature", "dissent"): ": dissent is True",
    ("trading_challenge", "replied_at"): "challenge: answered is",
    ("trading_letter", "content"): "a letter of an award differs from the record",
    ("trading_letter", "digest"): "a letter of an award differs from the record",
    ("trading_mediapost", "overdue_told_at"): "media post: told overdue is",
    ("trading_mediaoutlet", "name"): "medium: name is not the one recorded",
    ("trading_mediaoutlet", "public_key"): "medium: key is not the one recorded",
    ("trading_outage", "starts_at"): "outage: from is not the one recorded",
    ("trading_outage", "ends_at"): "outage: until is not the one recorded",
    ("trading_outage", "failed"): "outage: failed is not the one recorded",
    ("trading_outage", "evidence"): "outage: evidence is not the one recorded",
    ("trading_outage", "centre_id"): "outage: centre is not the one recorded",
    ("trading_venuesession", "kind"): "session: kind is not the one recorded",
    ("trading_venuesession", "starts_at"): "session: from is not the one recorded",
    ("trading_venuesession", "ends_at"): "session: until is not the one recorded",
    ("trading_venuesession", "state"): "session: planned is not the one recorded",
    ("trading_venuesession", "why"): "session: why is not the one recorded",
    ("sealing_envelope", "state"): "bid: envelope's state is",
    ("sealing_envelope", "header"): "an envelope's header is not the one that was filed",
    ("sealing_envelope", "header_sha256"): "bid: envelope is",
    ("sealing_upload", "sha256"): "an envelope's parts are not those of its header",
    ("sealing_key_set", "document"): ": its document is not the one its digest names",
    ("sealing_key_set", "hash"): ": its document is not the one its digest names",
    ("sealing_key_set", "k"): ": its document is not the one its digest names",
    ("sealing_countersignature", "signature"): ": a countersignature is not its member's",
    ("sealing_released_key", "signature"): ": a released key is not its member's",
    ("sealing_opening_result", "kind"): "bid: outcome is",
    ("sealing_opening_result", "offer"): "bid: opened offer is",
    ("sealing_opening_result", "manifest_sha256"): "bid: manifest is",
    ("sealing_plain_file", "sha256"): "技术标.txt is missing or has other bytes",
    ("sealing_plain_file", "path"): "技术标.txt is missing or has other bytes",
    ("credit_subject", "state"): "subject:",
    **{
        ("credit_qualification", name): f"qualification: {name.removesuffix('_id')} is not the one recorded"
        for name in STATE["credit_qualification"]
    },
    **{
        ("credit_qualificationdoubt", name): f"doubt: {name.removesuffix('_id')} is not the one recorded"
        for name in STATE["credit_qualificationdoubt"]
    },
    ("experts_expert", "state"): "expert:",
    ("experts_draw", "state"): "draw:",
    **{("trading_instrument", column): "an instrument of a lot" for column in STATE["trading_instrument"]},
    **{("trading_candidate", column): CANDIDATES for column in STATE["trading_candidate"]},
    **{("holds_hold", column): "the hold of challenge:" for column in STATE["holds_hold"]},
}
# Tables of which one is named by what another's change would be named by: never changed at once.
TOGETHER = (
    ("trading_mediapost", "trading_mediaoutlet"),
    ("trading_lot", "trading_documentversion", "trading_storedfile"),
    ("trading_reviewmark", "trading_scoremark", "trading_committeemember"),
    (
        *("sealing_envelope", "sealing_upload", "sealing_opening_result", "sealing_plain_file"),
        *("sealing_key_set", "sealing_countersignature", "sealing_released_key"),
    ),
)

Case = tuple[str, str, str, str]


def state_rounds() -> list[list[Case]]:
    """(table, column, expression, what names it) of every column whose value the record implies.

    In a round every table has one column changed, and no case is named by what another of the round does.
    """
    family = {table: tables[0] for tables in TOGETHER for table in tables}
    queues: dict[str, list[Case]] = {}
    for table, columns in STATE.items():
        for column, change in columns.items():
            said = NAMED.get((table, column)) or f"{WORDS[table]}: {column.removesuffix('_id')} is"
            queues.setdefault(family.get(table, table), []).append(
                (table, column, change.replace("{0}", f'"{column}"'), said)
            )
    rounds = itertools.zip_longest(*queues.values())
    return [[case for case in cases if case] for cases in rounds]


# Rounds of tables that lose their first row, and what names the loss.
GONE: list[dict[str, str]] = [
    {
        "trading_notice": "notice is gone, lot.announced speaks of it",
        "trading_documentobtained": "is gone, documents.obtained speaks of it",
        "trading_enquiry": "is gone, enquiry.asked speaks of it",
        "trading_opening": "opening is gone, lot.opening_started speaks of it",
        "trading_factordraw": "factor draw is gone, lot.factor_drawn speaks of it",
        "trading_reviewmark": "mark is gone, bid.reviewed speaks of it",
        "trading_scoremark": "mark is gone, bid.scored speaks of it",
        "trading_signature": "is gone, report.signed speaks of it",
        "trading_candidate": CANDIDATES,
        "trading_challenge": "challenge is gone, challenge.result_received speaks of it",
        "trading_award": "award is gone, lot.awarded speaks of it",
        "trading_contract": "contract is gone, contract.signed speaks of it",
        "trading_archive": "archive is gone, lot.archived speaks of it",
        "trading_documentversion_files": f"document version 1: {DIGEST_OF}",
        "holds_hold": "the hold of challenge:",
        "trading_mediapost": "media post is gone, notice.handed_over speaks of it",
        "trading_outage": "outage is gone, outage.declared speaks of it",
        "credit_qualificationdoubt": "doubt is gone, qualification.doubted speaks of it",
        "trading_venuesession": "session is gone, session.booked speaks of it",
        "sealing_part": "an envelope's parts are not those of its header",
        "sealing_opening_result": "bid: its opening's result and the record differ",
    },
    {
        "credit_qualification": "qualification is gone, qualification.declared speaks of it",
        "trading_mediaoutlet": "medium is gone, medium.registered speaks of it",
        "trading_documentversion": "document version 1 is gone, lot.notice_scheduled speaks of it",
        "trading_storedfile": f"document version 2: {DIGEST_OF}",
        "trading_bid": "is gone, bid.filed speaks of it",
        "trading_committee": "committee is gone, committee.formed speaks of it",
        "trading_report": "report is gone, report.submitted speaks of it",
        "trading_letter": "is gone, lot.awarded speaks of it",
        "trading_instrument": "an instrument the record names is gone",
    },
    {"trading_committeemember": "committee: members is"},
]

# SQL of the n-th of rows that lie apart.
NTH_ENTRY = "id = (SELECT entry_id FROM ledger_position ORDER BY position OFFSET 20 + 7 * {n} LIMIT 1)"
PLACE = """ctid = (SELECT min(ctid::text)::tid FROM ledger_sealed_place
                   GROUP BY batch_id ORDER BY batch_id OFFSET {n} LIMIT 1)"""
OF_BATCH = "(SELECT position FROM ledger_batch WHERE number = batch_id)"


@dataclass(frozen=True, slots=True)
class Forged:
    """A change of the record that verify names among others: in which row, as what kind of finding, under what name."""

    table: str
    column: str
    where: str
    what: str
    name: str


# Rounds of columns of the record, each in a row of its own. What follows from one is not what names another.
RECORD: list[list[Forged]] = [
    [
        *(
            Forged("ledger_entry", column, NTH_ENTRY.format(n=n), "leaf", "id")
            for n, column in enumerate(
                ("event", "subject", "actor", "facts", "private", "sealed", "legal_at", "recorded_at", "leaf_hash")
            )
        ),
        Forged("ledger_private", "openings", "entry_id = (SELECT min(entry_id::text)::uuid FROM ledger_private)",
               "private", "entry_id"),
        Forged("ledger_position", "leaf_hash", "position = 5", "order", "entry_id"),
    ],
    [
        Forged("ledger_checkpoint", "root", "size = (SELECT min(size) FROM ledger_checkpoint)", "checkpoint", "size"),
        Forged("ledger_checkpoint", "note", "size = (SELECT max(size) FROM ledger_checkpoint)", "checkpoint", "size"),
        Forged("ledger_batch", "seed", "number = 0", "batch", "position"),
        Forged("ledger_sealed_place", "slot", PLACE.format(n=0), "batch", OF_BATCH),
        Forged("ledger_sealed_place", "batch_id", PLACE.format(n=1), "batch", OF_BATCH),
        Forged("ledger_tile", "hashes", "level = 0", "tree", "'tile 0/0'"),
        Forged("ledger_cosignature", "witness", "true", "cosignature", "checkpoint_id"),
        Forged("ledger_revealed", "by_id", "entry_id = (SELECT min(entry_id::text)::uuid FROM ledger_revealed)",
               "revealed", "entry_id"),
    ],
    [
        Forged("ledger_tile", "root", "level = 0", "tree", "'tile 0/0'"),
        Forged("ledger_cosignature", "line", "true", "cosignature", "checkpoint_id"),
    ],
]  # fmt: skip
# Rows taken out at once: what is found, and under what name. Every other table's row is taken out alone.
RECORD_GONE = [
    Forged("ledger_private", "", "entry_id = (SELECT min(entry_id::text)::uuid FROM ledger_private)",
           "private", "entry_id"),
    Forged("ledger_sealed_place", "", PLACE.format(n=0), "order", "entry_id"),
    Forged("ledger_revealed", "", "entry_id = (SELECT max(entry_id::text)::uuid FROM ledger_revealed)",
           "revealed", "entry_id"),
]  # fmt: skip


def change_of(table: str, column: str) -> str:
    """The expression by which the column of the record is changed."""
    (change,) = [change for one, name, change in ledger_columns() if (one, name) == (table, column)]
    return change


def columns_alone() -> list[tuple[str, str, str]]:
    """Columns of the record in no round: nothing further can be computed without them, or another row is named."""
    together = {(one.table, one.column) for cases in RECORD for one in cases}
    return [one for one in ledger_columns() if one[:2] not in together]


def tables_alone() -> list[str]:
    """Tables of the record whose loss of a row is looked at alone.

    A witness's line less proves nothing: he holds the checkpoint he signed.
    """
    return sorted(
        {table for table, _, _ in ledger_columns()} - {one.table for one in RECORD_GONE} - {"ledger_cosignature"}
    )
