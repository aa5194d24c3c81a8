"""Every way a superuser is shown to change a lived trade: one statement each, undone after the case."""

from collections.abc import Iterator

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

# The first row of a table.
ONE = """ctid = (SELECT min(ctid) FROM "{0}")"""
# table -> {column: expression}; the first row is changed
STATE: dict[str, dict[str, str]] = {
    "trading_tender": {
        "procedure": "'procurement.inquiry'",
        "book_edition": "book_edition + 1",
        "initiator_id": OTHER_SUBJECT,
        "agency_id": OTHER_SUBJECT,
        "centre_id": OTHER_SUBJECT,
        "trade_category": "'B01'",
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
    "sealing_opening_result": {
        "kind": "'revoked'",
        "offer": """offer || '{"price_cny": "1.00"}'""",
        "manifest_sha256": "repeat('0', 64)",
    },
    "sealing_plain_file": {"sha256": "repeat('0', 64)", "path": TEXT},
    "credit_subject": {"state": SWAP.format("{0}", "active", "closed")},
    "experts_expert": {"state": SWAP.format("{0}", "active", "suspended")},
    "experts_draw": {"state": "'open'"},
}
GONE = (
    "trading_notice", "trading_documentversion", "trading_storedfile", "trading_documentobtained", "trading_enquiry",
    "trading_bid", "trading_opening", "trading_committee", "trading_committeemember", "trading_reviewmark",
    "trading_scoremark", "trading_report", "trading_signature", "trading_candidate", "trading_challenge",
    "trading_award", "trading_letter", "trading_contract", "trading_archive", "trading_documentversion_files",
    "holds_hold", "sealing_part", "sealing_opening_result",
)  # fmt: skip


def state_columns() -> Iterator[tuple[str, str, str]]:
    """(table, column, expression) of every column whose value the record implies."""
    for table, columns in STATE.items():
        for column, change in columns.items():
            yield table, column, change.replace("{0}", f'"{column}"')
