"""Candidates, award, contract. The winner and every loser are told in one act (招标投标法 第四十五条)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from experts import services as experts
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading import addresses
from trading.digests import digest_of, plain
from trading.models import Award, Bid, Candidate, Contract, Lot, Report
from trading.services import joint_contracts
from trading.services import letters as letters_of
from trading.services.acts import Act, acting, moment_of
from trading.services.alerts import tell_subjects
from trading.services.committees import committee_names
from trading.services.notices import notice_write, noticed
from trading.services.terms import money

# What a contract says of its payment (ENG-50).
PAYMENT = ("payer", "payee_is_sme", "payment_days", "payment_agreed", "late_rate", "late_rate_agreed")
# Everybody whose envelope was on the roll and who did not win: rejected, revoked and lapsed ones too.
LOSING = ("opened", "rejected", "revoked", "lapsed", "left")


def candidates_publish(*, lot_id: int, actor: Actor) -> list[Candidate]:
    """The ranked candidates are public with points, formula and rejected bids; the publicity period runs.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: no report yet.
    """
    with acting("publish_candidates", lot_id=lot_id, actor=actor) as act:
        content = Report.objects.get(lot=act.lot).content
        found = _candidates(act.lot, content)
        act.lot.record("candidates_at", act.now)
        until = moment_of(act.lot, "publicity_ends")
        notice = notice_write(
            act,
            "candidates",
            f"{act.lot.title}中标候选人公示",
            {
                **public_result(act.lot, content),
                "from": act.now,
                "until": until,
                "article": act.lot.book.article(act.lot.procedure.moments["publicity_ends"].rule),
            },
        )
        act.entry("candidates.published", {**noticed(notice), "until": until})
        # By its notice: a second evaluation is published a second time.
        _tell_bidders(act.lot, f"candidates:{notice.id}", "中标候选人公示", act.lot.title)
    return found


def public_result(lot: Lot, content: Mapping[str, Any]) -> dict[str, Any]:
    """What of the report everybody may read: ranking, points by part, formula, rejections with their ground.

    Individual marks and the members' words stay with committee and supervision; price points and totals can be
    computed again from this alone.
    """
    ranking = {row["bid"]: row for row in content["ranking"]}
    return {
        "candidates": [{"rank": n, **ranking[bid]} for n, bid in enumerate(content["candidates"], 1)],
        "ranking": content["ranking"],
        "rejected": [
            {"name": r["name"], "subject": r["subject"], "grounds": r["grounds"], "texts": r["texts"]}
            for r in content["rejected"]
        ],
        "criteria": content["criteria"],
        "price_formula": content["price_formula"],
        "contest": content["contest"],
        **{name: content[name] for name in ("adjustments", "adjusted") if name in content},
        "benchmark_cny": content["benchmark_cny"],
        "ceiling_cny": content["ceiling_cny"],
    }


def candidates_of(lot: Lot) -> list[Candidate]:
    """The lot's candidates by rank: as published, else as the report lists them, not saved. [] before a report.

    A purchase publishes none before its award (政府采购法实施条例 第四十三条). Two queries at most.
    """
    if found := list(lot.candidates.select_related("bid__subject").order_by("rank")):
        return found
    report = Report.objects.filter(lot=lot).first()
    return _listed(lot, report.content) if report else []


def _listed(lot: Lot, content: Mapping[str, Any]) -> list[Candidate]:
    ranking = {row["bid"]: row for row in content["ranking"]}
    rows = [ranking[bid] for bid in content["candidates"]]
    return [
        Candidate(
            lot=lot,
            bid_id=row["bid"],
            rank=n,
            price_cny=Decimal(row["price_cny"]),
            points={**row["parts"], "total": row["total"]},
        )
        for n, row in enumerate(rows, 1)
    ]


def _candidates(lot: Lot, content: Mapping[str, Any]) -> list[Candidate]:
    """The candidates as rows; made once."""
    return list(lot.candidates.all()) or Candidate.objects.bulk_create(_listed(lot, content))


def losers_of(lot: Lot, winner: Bid) -> list[Bid]:
    """Every bidder of the roll but the winner. One query."""
    found = lot.bids.filter(state__in=LOSING).exclude(pk=winner.pk).select_related("subject")
    return list(found.order_by("arrived_at", "id"))


def award_make(*, lot_id: int, rank: int, actor: Actor, passed_over: str = "") -> Award:
    """The award: notice to the winner and result to every loser in one act, public at the same moment; names of the
    committee unlock with it.

    Args:
        rank: whose; a later one than the first only with `passed_over`.
        passed_over: the lawful reason why those before are passed over (招标投标法实施条例 第五十五条).

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: publicity still runs, an objection holds the lot, not the first-ranked, nobody of that rank.
    """
    letters: dict[str, Bid] = {}

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        content = Report.objects.get(lot=lot).content
        listed = content["candidates"]
        if not 1 <= rank <= len(listed):
            return {"rank": None, "state_controlled": True, "untold": 0}
        winner = Bid.objects.get(pk=listed[rank - 1])
        losers = losers_of(lot, winner)
        letters.update({bid.subject.code: bid for bid in losers})
        return {
            "rank": rank,
            "passed_over": passed_over.strip(),
            "state_controlled": lot.tender.state_controlled,
            "untold": sum(bid.subject.code not in letters for bid in losers),
            "upheld_objection": upheld_objection(lot),
            "validity_until": lot.recorded.get("validity_until"),
        }

    with acting("award", lot_id=lot_id, actor=actor, values=values) as act:
        content = Report.objects.get(lot=act.lot).content
        if not 1 <= rank <= len(content["candidates"]):
            # A book without the guard of ENG-40 has no candidate of that rank either.
            raise Refused([Violation("award.not_candidate", "ENG-40", act.lot.book.article("ENG-40"), {"rank": rank})])
        award = grant(act, rank, passed_over, content, list(letters.values()))
        experts.names_unseal(lot_ref=act.lot.ledger_ref, actor=actor)
    return award


def upheld_objection(lot: Lot) -> int | None:
    """The number of an upheld objection under which the published result cannot stand; None without one. One query."""
    since = lot.recorded.get("candidates_at")
    found = lot.challenges.filter(kind="result", affects_result=True)
    return found.filter(received_at__gte=since).values_list("number", flat=True).first() if since else None


def grant(act: Act, rank: int, passed_over: str, content: Mapping[str, Any], losers: Sequence[Bid]) -> Award:
    """The award of the act stands, public, with its letters to winner and losers. Inside the act."""
    _candidates(act.lot, content)
    chosen = act.lot.candidates.select_related("bid__subject").get(rank=rank)
    award = Award.objects.create(
        lot=act.lot, bid=chosen.bid, subject=chosen.bid.subject, amount_cny=chosen.price_cny, at=act.now
    )
    act.lot.record("award_at", act.now)
    act.lot.state = act.move.target
    notice = _award_notice(act, award, rank, passed_over, content)
    sent = [letters_of.award_letter(act, award)]
    sent += [letters_of.result_letter(act, award, bid, content) for bid in losers]
    act.entry(
        "lot.awarded",
        {
            **noticed(notice),
            "rank": rank,
            "bid": str(chosen.bid_id),
            "subject": award.subject.code,
            "amount_cny": award.amount_cny,
            "passed_over": passed_over,
            "told": len(sent),
            # Sorted, so that their order tells nobody whose is whose.
            "letters": sorted(letter.digest for letter in sent),
        },
    )
    for letter in sent:
        letters_of.deliver(letter)
    return award


def _award_notice(act: Act, award: Award, rank: int, passed_over: str, content: Mapping[str, Any]) -> Any:
    """The result in public. Where the act rests on GP-33 the committee's names belong in it."""
    said: dict[str, Any] = {
        "winner": {"name": award.subject.name, "subject": award.subject.code, "rank": rank},
        "amount_cny": award.amount_cny,
        **{name: ((award.bid and award.bid.offer) or {}).get(name) for name in ("period_days", "quality", "manager")},
        "passed_over": passed_over,
        **public_result(act.lot, content),
        "contract_due": moment_of(act.lot, "contract_due"),
    }
    if "GP-33" in act.move.rules:
        said["committee"] = committee_names(act.lot)
    title = "成交结果公告" if "GP-33" in act.move.rules else "中标结果公告"
    return notice_write(act, "award", f"{act.lot.title}{title}", said)


def _tell_bidders(lot: Lot, about: str, title: str, body: str) -> None:
    codes = list(lot.bids.filter(state__in=LOSING).values_list("subject__code", flat=True))
    tell_subjects(codes, about=about, title=title, body=body, url=addresses.trade(lot))


def contract_sign(*, lot_id: int, particulars: Mapping[str, Any], actor: Actor) -> Contract:
    """The written contract stands, equal to tender and winning bid, and its summary is public.

    Args:
        particulars: {"amount_cny", "period_days", "quality", "subject"} as in the contract; optional
            "performance_bond_cny", "retention_cny", and of the payment "payer" (public | enterprise), "payee_is_sme",
            "payment_days", "payment_agreed", "late_rate" (/1 a day), "late_rate_agreed". A term left out is the bid's.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: price, term, quality or subject differ from the bid (`contract.mismatch`); a bond over its cap.
    """
    amount = money(particulars.get("amount_cny"), field="amount_cny")
    if amount is None:
        raise Refused([Violation("fact.missing", "ENG-44", facts={"fact": "amount_cny"})])
    bonds = {name: money(particulars.get(name), field=name) for name in ("performance_bond_cny", "retention_cny")}

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        award = lot.standing_award
        whole = contract_whole(lot, award, particulars, amount, bonds)
        return {
            **contract_values(lot, particulars, amount, bonds),
            "unjoined": joint_contracts.unjoined(award, digest_of(whole)),
        }

    with acting("sign_contract", lot_id=lot_id, actor=actor, values=values) as act:
        award = act.lot.standing_award
        whole = contract_whole(act.lot, award, particulars, amount, bonds)
        digest = digest_of(whole)
        contract = Contract.objects.create(
            lot=act.lot, amount_cny=amount, particulars=whole, digest=digest, signed_at=act.now
        )
        act.lot.record("contract_at", act.now)
        notice = notice_write(
            act, "contract", f"{act.lot.title}合同公告", {**whole, "contract_digest": digest, "signed_at": act.now}
        )
        act.entry(
            "contract.signed",
            {**noticed(notice), "amount_cny": amount, "contract": digest, "subject": award.subject.code},
        )
        tell_subjects(
            [award.subject.code],
            about=f"contract:{act.lot.pk}",
            title="合同已订立并公告",
            body=act.lot.title,
            url=addresses.trade(act.lot),
        )
    return contract


def contract_values(
    lot: Lot, particulars: Mapping[str, Any], amount: Decimal, bonds: Mapping[str, Decimal | None]
) -> dict[str, Any]:
    """What the guards of a contract's text ask for."""
    award = lot.standing_award
    offer = (award.bid.offer or {}) if award.bid else {}
    return {
        "differs_price": amount != award.amount_cny,
        "differs_period": _differs(particulars, "period_days", offer.get("period_days")),
        "differs_quality": _differs(particulars, "quality", offer.get("quality")),
        "differs_subject": _differs(particulars, "subject", lot.title),
        "contract_cny": amount,
        "priority_holders": bool(lot.terms.get("priority_holders")),
        **bonds,
        **{name: particulars[name] for name in PAYMENT if particulars.get(name) not in (None, "")},
    }


def contract_whole(
    lot: Lot, award: Award, particulars: Mapping[str, Any], amount: Decimal, bonds: Mapping[str, Decimal | None]
) -> dict[str, Any]:
    """The contract's canonical text: what was typed, what the bid offered where nothing was, and the parties."""
    offer = (award.bid.offer or {}) if award.bid else {}
    partners = joint_contracts.partners_of(award)
    return plain(
        {
            **{name: offer.get(name) for name in ("period_days", "quality", "manager")},
            "subject": lot.title,
            **{name: value for name, value in particulars.items() if value not in (None, "")},
            **{name: value for name, value in bonds.items() if value is not None},
            "amount_cny": amount,
            "party_a": lot.tender.initiator.name,
            "party_b": award.subject.name,
            **({"party_b_members": [one.name for one in partners]} if partners else {}),
        }
    )


def _differs(particulars: Mapping[str, Any], name: str, offered: Any) -> bool:
    """Whether the contract states the term and states it otherwise than it was offered."""
    said = particulars.get(name)
    return said not in (None, "") and offered not in (None, "") and str(said).strip() != str(offered).strip()
