"""Who may touch what in the database: one table, applied after every migrate, compared with pg_catalog by a test.

A row is a table, a column is a login. r reads, a adds rows, c changes rows, d removes them; - is nothing. Where only
some columns may change, COLUMNS names them. A table that stands here nowhere may be touched by its owner alone.

    public       the public pages: disclosure's read models, public leaves, what a visitor may leave behind
    trading      the benches of those who trade, and people's own pages
    supervision  the authorities' pages: reads what they supervise, writes orders and holds; no trading verb
    worker       no door: the clock's acts, the projection, mails, papers, and the commands of the console
    sequencer    no door: numbers and seals the record

The face `all` (demo and sandbox) is what all of them may do together, and may move the clock.
"""

LOGINS = ("portal_public", "portal_trading", "portal_supervision", "portal_worker", "portal_sequencer")
EVERYTHING = "portal_app"

# room: {table: (public, trading, supervision, worker, sequencer)}
TABLES: dict[str, dict[str, tuple[str, str, str, str, str]]] = {
    "django": {
        # The public pages know who looks at them and may forget a session, never make or change one.
        "django_session":                 ("rd", "racd", "racd", "rd", "-"),
        # Whether a process has the schema its code wants: /readyz.
        "django_migrations":              ("r", "r", "r", "r", "-"),
        # Nothing of ours uses these; migrate fills them.
        "django_content_type":            ("-", "-", "-", "r", "-"),
        "auth_permission":                ("-", "-", "-", "-", "-"),
        "auth_group":                     ("-", "-", "-", "-", "-"),
        "auth_group_permissions":         ("-", "-", "-", "-", "-"),
        # Second factors and failed sign-ins: the doors are trading's and supervision's.
        "otp_totp_totpdevice":            ("-", "racd", "racd", "rd", "-"),
        "axes_accessattempt":             ("-", "racd", "racd", "rd", "-"),
        "axes_accessattemptexpiration":   ("-", "racd", "racd", "rd", "-"),
        "axes_accesslog":                 ("-", "rac", "rac", "r", "-"),
        "axes_accessfailurelog":          ("-", "ra", "ra", "r", "-"),
    },
    "clock": {
        "clock_clockoffset":              ("r", "r", "r", "r", "r"),
    },
    "ledger": {  # written by its functions alone, see FUNCTIONS
        "ledger_entry":                   ("r", "r", "r", "r", "r"),
        "ledger_position":                ("r", "r", "r", "r", "r"),
        "ledger_tile":                    ("r", "r", "r", "r", "r"),
        "ledger_checkpoint":              ("r", "r", "r", "r", "r"),
        "ledger_cosignature":             ("r", "r", "r", "r", "r"),
        "ledger_revealed":                ("r", "r", "r", "r", "r"),
        "ledger_private":                 ("-", "r", "r", "r", "r"),
        # Who may not read the queue sees no sealed entry (row security, ledger/sql/03_protect.sql).
        "ledger_pending":                 ("-", "r", "-", "r", "r"),
        "ledger_batch":                   ("-", "r", "-", "r", "r"),
        "ledger_sealed_place":            ("-", "r", "-", "r", "r"),
    },
    "sealing": {
        "sealing_trustee":                ("r", "rac", "r", "rac", "-"),
        "sealing_key_set":                ("r", "ra", "r", "ra", "-"),
        "sealing_countersignature":       ("r", "ra", "r", "ra", "-"),
        "sealing_lot_key":                ("-", "rac", "-", "rac", "-"),
        "sealing_released_key":           ("-", "ra", "-", "ra", "-"),
        # Who filed. Only an upload that nothing refers to is ever removed: a foreign key keeps the others.
        "sealing_upload":                 ("-", "racd", "-", "racd", "-"),
        "sealing_envelope":               ("-", "rac", "-", "rac", "-"),
        "sealing_part":                   ("-", "ra", "-", "ra", "-"),
        "sealing_bidder_unlock":          ("-", "ra", "-", "ra", "-"),
        "sealing_opening_result":         ("-", "ra", "r", "ra", "-"),
        "sealing_plain_file":             ("-", "ra", "r", "ra", "-"),
    },
    "holds": {
        "holds_hold":                     ("-", "rac", "rac", "rac", "-"),
    },
    "accounts": {
        "accounts_user":                  ("r", "rac", "rc", "rac", "-"),
        "accounts_dutygrant":             ("r", "rac", "r", "rac", "-"),
    },
    "web": {
        "web_cspreport":                  ("rad", "rad", "rad", "r", "-"),
        "web_servedspan":                 ("-", "r", "-", "rac", "-"),
        "web_heartbeat":                  ("r", "-", "-", "rac", "-"),
    },
    "messages": {
        "portal_messages_message":        ("-", "rac", "rac", "rac", "-"),
    },
    "credit": {
        "credit_region":                  ("r", "r", "r", "rac", "-"),
        "credit_subject":                 ("r", "rac", "r", "rac", "-"),
        "credit_centre":                  ("r", "rac", "r", "rac", "-"),
        "credit_subjectkey":              ("r", "rac", "r", "r", "-"),
        "credit_sanction":                ("r", "r", "r", "rac", "-"),
        "credit_qualification":           ("r", "rac", "r", "rac", "-"),
        # An authority's remark: supervision's act, and nobody else's.
        "credit_qualificationdoubt":      ("r", "r", "rac", "r", "-"),
        "credit_rejectedqualification":   ("-", "-", "-", "ra", "-"),
        "credit_membership":              ("r", "rac", "r", "rac", "-"),
        "credit_invitation":              ("-", "rac", "-", "r", "-"),
    },
    "experts": {
        "experts_expert":                 ("-", "rac", "-", "rac", "-"),
        "experts_application":             ("-", "rac", "-", "rac", "-"),
        "experts_specialty":               ("r", "r", "-", "rac", "-"),
        "experts_poolroot":               ("-", "r", "-", "ra", "-"),
        "experts_draw":                   ("-", "rac", "-", "rac", "-"),
        "experts_invitation":             ("-", "rac", "-", "rac", "-"),
    },
    "trading": {
        "trading_tender":                 ("-", "rac", "r", "rac", "-"),
        "trading_lot":                    ("-", "rac", "r", "rac", "-"),
        "trading_storedfile":             ("-", "rac", "r", "rac", "-"),
        "trading_documentversion":        ("-", "rac", "r", "rac", "-"),
        "trading_documentversion_files":  ("-", "racd", "r", "racd", "-"),
        "trading_notice":                 ("-", "rac", "r", "rac", "-"),
        "trading_factordraw":             ("-", "rac", "r", "rac", "-"),
        "trading_cataloguerow":           ("-", "rac", "r", "rac", "-"),
        "trading_tenderplan":             ("-", "rac", "r", "rac", "-"),
        "trading_plannotice":             ("-", "rac", "r", "rac", "-"),
        "trading_mediaoutlet":            ("-", "rac", "r", "rac", "-"),
        "trading_mediapost":              ("-", "rac", "r", "rac", "-"),
        "trading_outage":                 ("-", "rac", "r", "rac", "-"),
        # Where an evaluation is held is the centre's to know, not supervision's.
        "trading_venue":                  ("-", "rac", "-", "rac", "-"),
        "trading_venuesession":           ("-", "rac", "-", "rac", "-"),
        "trading_opening":                ("-", "rac", "r", "rac", "-"),
        "trading_candidate":              ("-", "racd", "r", "racd", "-"),
        "trading_award":                  ("-", "rac", "r", "rac", "-"),
        "trading_contract":               ("-", "rac", "r", "rac", "-"),
        "trading_contracttext":           ("-", "rac", "-", "rac", "-"),
        "trading_contractassent":         ("-", "rac", "-", "rac", "-"),
        "trading_contractchange":         ("-", "rac", "r", "rac", "-"),
        "trading_milestone":              ("-", "rac", "r", "rac", "-"),
        "trading_payment":                ("-", "rac", "r", "rac", "-"),
        "trading_archive":                ("-", "rac", "r", "rac", "-"),
        "trading_evaluationsetaside":     ("-", "rac", "r", "rac", "-"),
        # What is sealed before a listing; supervision reads what it came to in the notices.
        "trading_reserve":                ("-", "rac", "-", "rac", "-"),
        "trading_offer":                  ("-", "rac", "-", "rac", "-"),
        # Secret from supervision too, some until the opening, some until the award, some for good (design §7).
        "trading_documentobtained":       ("-", "rac", "-", "rac", "-"),
        "trading_signup":                 ("-", "rac", "-", "rac", "-"),
        "trading_enquiry":                ("-", "rac", "-", "rac", "-"),
        "trading_bid":                    ("-", "rac", "-", "rac", "-"),
        "trading_quote":                  ("-", "rac", "-", "rac", "-"),
        "trading_filingarrival":          ("-", "racd", "-", "racd", "-"),
        "trading_bondinstitution":        ("-", "rac", "-", "rac", "-"),
        "trading_bond":                   ("-", "rac", "-", "rac", "-"),
        "trading_bondmessage":            ("-", "rac", "-", "rac", "-"),
        "trading_bondorder":              ("-", "rac", "-", "rac", "-"),
        "trading_challenge":              ("-", "rac", "-", "rac", "-"),
        "trading_letter":                 ("-", "rac", "-", "rac", "-"),
        "trading_instrument":             ("-", "rac", "-", "rac", "-"),
        "trading_committee":              ("-", "rac", "-", "rac", "-"),
        "trading_committeemember":        ("-", "rac", "-", "rac", "-"),
        "trading_reviewmark":             ("-", "racd", "-", "racd", "-"),
        "trading_scoremark":              ("-", "racd", "-", "racd", "-"),
        "trading_bidquestion":            ("-", "rac", "-", "rac", "-"),
        "trading_report":                 ("-", "rac", "-", "rac", "-"),
        "trading_signature":              ("-", "racd", "-", "racd", "-"),
    },
    "disclosure": {
        "disclosure_listednotice":        ("r", "-", "r", "racd", "-"),
        "disclosure_listedregion":        ("r", "-", "r", "racd", "-"),
        "disclosure_listedlot":           ("r", "-", "r", "racd", "-"),
        "disclosure_listedparty":         ("r", "-", "r", "racd", "-"),
        "disclosure_listedsession":       ("r", "-", "r", "racd", "-"),
        "disclosure_dealcell":            ("r", "-", "r", "racd", "-"),
        "disclosure_figurecheck":         ("r", "-", "-", "rac", "-"),
        "disclosure_publiccataloguerow":  ("r", "-", "r", "racd", "-"),
        "disclosure_publictrade":         ("r", "-", "r", "racd", "-"),
        "disclosure_publicplan":          ("r", "-", "r", "racd", "-"),
        "disclosure_publicpaper":         ("r", "-", "r", "racd", "-"),
        "disclosure_publicdraw":          ("r", "-", "r", "racd", "-"),
        "disclosure_projection":          ("r", "-", "-", "rac", "-"),
        "disclosure_subscription":        ("rac", "-", "-", "rac", "-"),
        "disclosure_importrun":           ("-", "-", "-", "rac", "-"),
        "disclosure_importednotice":      ("-", "-", "-", "rac", "-"),
        "disclosure_importedparty":       ("-", "-", "-", "rac", "-"),
        "disclosure_rejectedrow":         ("-", "-", "-", "rac", "-"),
    },
    "supervision": {
        "supervision_order":              ("-", "-", "rac", "r", "-"),
    },
}  # fmt: skip

# table: the only columns that change where a row of TABLES says c.
COLUMNS: dict[str, tuple[str, ...]] = {
    # What was accepted is not changed.
    "sealing_trustee": ("active",),
    "sealing_lot_key": ("lot_ref",),
    "sealing_upload": ("received", "arrived_at", "finished_at"),
    "sealing_envelope": ("state",),
    # A qualification ends and a doubt about it ends; what was declared does not change.
    "credit_qualification": ("withdrawn_at", "withdrawn_why"),
    "credit_qualificationdoubt": ("ended_at", "end_reason"),
    # A row of the catalogue ends; what it said does not change.
    "trading_cataloguerow": ("until",),
    # A hold ends; what it was placed for does not change.
    "holds_hold": ("ended_at", "end_reason"),
}

_NONE = ("-", "-", "-", "-", "-")
# function: who may call it, in the order of TABLES; x calls. Whatever stands here nowhere may be called by nobody, but
# runs where a trigger or another function calls it as its owner.
FUNCTIONS: dict[str, tuple[str, str, str, str, str]] = {
    "ledger_append(uuid, text, text, text, jsonb, jsonb, boolean, timestamptz, timestamptz, bytea, jsonb)":
                                          ("-", "x", "x", "x", "x"),
    "ledger_reveal(uuid, uuid[])":        ("-", "x", "-", "x", "-"),
    "ledger_erase(uuid, text[])":         ("-", "x", "x", "x", "-"),
    "ledger_number(integer, uuid)":       ("-", "-", "-", "-", "x"),
    "ledger_seal(bigint, bigint, bytea, uuid[], smallint[], bytea, text)":
                                          ("-", "-", "-", "-", "x"),
    # A witness is shown the record by the worker; one that fetches it hands its line in at trading's door.
    "ledger_cosign(bigint, text, text)":  ("-", "x", "-", "x", "x"),
    # Where the entry stands whose id and hash somebody holds: the proof for a promise.
    "ledger_place_of(uuid, bytea)":      ("x", "-", "-", "-", "-"),
    # A column of the read models is computed by it.
    "gz_grams(text)":                     ("x", "-", "-", "x", "-"),
    # And an index of them.
    "gz_facets(text, text, text, text, text, boolean)":
                                          ("x", "-", "-", "x", "-"),
    # Asked by a trigger, as whoever grants.
    "accounts_duties_exclude(text, text)":("-", "x", "-", "x", "-"),
}  # fmt: skip
# What only the face `all` may: the demo's clock moves.
BEYOND = {"clock_clockoffset": "rac"}
