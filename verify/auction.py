#!/usr/bin/env python3
"""Holds a live auction again from what the record says of it, without the platform: python auction.py entries.json

entries.json is a list of the facts of the lot's public entries, in the record's order. Each offer must reach the
floor of its turn and lie within its round, each extension follow from its offer, and the end name the highest offer.
Standard library only. Exit 0 where it all follows; otherwise one line per fault.
"""

import datetime
import json
import sys
from decimal import Decimal, InvalidOperation


def moment(text):
    """RFC 3339, aware."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Auction:
    """The auction as the entries read so far leave it."""

    def __init__(self):
        self.start = self.step = self.minutes = None
        self.best = self.bidder = self.until = self.resumes = None
        self.count, self.ended, self.faults = 0, False, []

    @property
    def floor(self):
        """The least the next offer may be."""
        return self.start if self.best is None else self.best + self.step

    def read(self, facts):
        """One entry."""
        act = facts.get("act")
        if "increment" in facts:
            self.start, self.step = Decimal(facts["start_price"]), Decimal(facts["increment"])
            self.minutes = datetime.timedelta(minutes=facts["round_minutes"])
        if act in {"offer", "offer_timed"}:
            self.offer(facts, timed=act == "offer_timed")
        elif act in {"start_call", "continue_bidding", "start_bidding"}:
            self.until, self.resumes = moment(facts["until"]), None
        elif act == "replan":
            if moment(facts["was"]) != self.until:
                self.faults.append(f"planned anew from {facts['was']}, which was not the end")
            self.until, self.resumes = moment(facts["until"]), moment(facts["resumes"])
        elif act in {"close_call", "close_round"}:
            self.ended = True
            said = None if facts["best"] is None else Decimal(facts["best"])
            if (said, facts["bidder"]) != (self.best, self.bidder or ""):
                self.faults.append(
                    f"the end names {said} of {facts['bidder']}, the offers {self.best} of {self.bidder}"
                )
        elif act == "award" and Decimal(facts["amount"]) != self.best:
            self.faults.append(f"awarded for {facts['amount']}, the highest offer is {self.best}")

    def offer(self, facts, *, timed):
        """One offer."""
        amount, at = Decimal(facts["amount"]), moment(facts["at"])
        if self.ended:
            self.faults.append(f"{amount} was taken after the end")
        if amount < self.floor:
            self.faults.append(f"{amount} was taken below {self.floor}")
        self.count += 1
        if self.best is None or amount > self.best:
            self.best, self.bidder = amount, facts["bidder"]
        if not timed:
            return
        if at >= self.until:
            self.faults.append(f"{amount} of {facts['at']} was taken after {self.until.isoformat()}")
        if self.resumes and at < self.resumes:
            self.faults.append(f"{amount} was taken in the pause")
        self.until = max(self.until, at + self.minutes)
        if moment(facts["until"]) != self.until:
            self.faults.append(f"after {amount} the end is {self.until.isoformat()}, not {facts['until']}")


def held_again(entries):
    """The auction after every entry, with its faults."""
    auction = Auction()
    for facts in entries:
        auction.read(facts)
    return auction


def check_auction(entries):
    """Every fault; empty where anybody comes to the same end."""
    try:
        return held_again(entries).faults
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        return [f"the entries are malformed ({type(error).__name__}: {error})"]


def main(paths):
    if len(paths) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        with open(paths[0], encoding="utf-8") as file:
            entries = json.load(file)
    except (OSError, ValueError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    faults = check_auction(entries)
    if faults:
        print("\n".join(faults))
        return 1
    auction = held_again(entries)
    print(f"holds: {auction.count} offers, the highest {auction.best} of {auction.bidder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
