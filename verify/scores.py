#!/usr/bin/env python3
"""Adds an evaluation up again from its report, without the platform: python scores.py evaluation.json

Written from the published formula alone, standard library only. Exit 0 where means, price points, totals and ranking
follow from the members' marks and the prices; otherwise one line per fault.
"""

import json
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

CENT = Decimal("0.01")


def cents(value):
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def mean(points, trim):
    kept = sorted(points)[1:-1] if trim and len(points) >= 5 else points
    return cents(sum(kept, Decimal(0)) / len(kept))


def price_points(formula, prices):
    """(benchmark, points by bid) of the published price formula."""
    full = Decimal(formula["full"])
    if formula["kind"] == "lowest_ratio":
        base = min(prices.values())
        return base, {bid: cents(base / price * full) for bid, price in prices.items()}
    base = cents(sum(prices.values(), Decimal(0)) / len(prices) * Decimal(formula.get("factor", "1")))
    found = {}
    for bid, price in prices.items():
        percent = (price - base) / base * 100
        rate = Decimal(formula.get("above", "1")) if percent > 0 else Decimal(formula.get("below", "0.5"))
        found[bid] = cents(max(Decimal(0), full - abs(percent) * rate))
    return base, found


def check_scores(report):
    """Every fault of a report; empty where anybody comes to the same ranking."""
    try:
        return list(_check(report))
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        return [f"the report is malformed ({type(error).__name__}: {error})"]


def _check(report):
    out = {row["bid"] for row in report["rejected"]}
    prices = {b["bid"]: Decimal(b["price_cny"]) for b in report["bids"] if b["bid"] not in out and b["price_cny"]}
    said = {row["bid"]: row for row in report["ranking"]}
    parties = {b["bid"]: [b["bid"]] for b in report["bids"]}
    parties.update({b["bid"]: [b["subject"]] for b in report["bids"] if "subject" in b})
    parties.update({row["bid"]: row["parties"] for row in report.get("consortia", [])})
    for bid in prices:
        others = {code for other, codes in parties.items() if other != bid for code in codes}
        if shared := others & set(parties[bid]):
            yield f"{bid} is ranked although {', '.join(sorted(shared))} stands in another bid too"
    if set(said) != set(prices):
        yield "the ranking does not hold exactly the bids that were not rejected"
        return
    compared = prices
    if "adjusted" in report:
        compared = {}
        for bid, price in prices.items():
            compared[bid], faults = _evaluated(report, bid, price, Decimal(said[bid]["evaluated_cny"]))
            yield from faults
    totals, tie = {}, compared
    if report["contest"] == "sealed_scored" and prices:
        # Points by the price compared; equal points by the price offered.
        tie = prices
        base, by_price = price_points(report["price_formula"], compared)
        if Decimal(report["benchmark_cny"]) != base:
            yield f"the benchmark is {base}, not {report['benchmark_cny']}"
        for bid in prices:
            parts = {"price": by_price[bid]}
            for part in report["criteria"]:
                if part["key"] != "price":
                    parts[part["key"]] = sum((_mean_of(report, bid, i["key"]) for i in part["items"]), Decimal(0))
            totals[bid] = cents(sum(parts.values(), Decimal(0)))
            told = {key: Decimal(value) for key, value in said[bid]["parts"].items()}
            for key, value in parts.items():
                if told.get(key) != value:
                    yield f"{bid} has {value} points for {key}, not {told.get(key)}"
            if Decimal(said[bid]["total"]) != totals[bid]:
                yield f"{bid} has {totals[bid]} points in all, not {said[bid]['total']}"
    order = sorted(prices, key=lambda bid: (-totals.get(bid, Decimal(0)), tie[bid]))
    ranked = sorted(prices, key=lambda bid: said[bid]["place"])
    keys = [(-totals.get(bid, Decimal(0)), tie[bid]) for bid in ranked]
    if keys != [(-totals.get(bid, Decimal(0)), tie[bid]) for bid in order]:
        yield "the ranking is not by points and then by price"
    if report["candidates"] != ranked[: len(report["candidates"])]:
        yield "the candidates are not the first of the ranking"


def _evaluated(report, bid, price, told):
    """(evaluated price, faults): the price offered and every published adjustment, counted anew."""
    way = next(row for row in report["adjusted"] if row["bid"] == bid)
    whole, faults, steps = price, [], {step["key"]: step for step in way["steps"]}
    for rule in report["adjustments"]:
        value, most = Decimal(rule["value"]), int(rule["most"])
        if rule["kind"] == "day":
            days = (way["period_days"] if way["period_days"] is not None else rule["base"]) - rule["base"]
            count = max(-most, min(most, days))
        elif rule["kind"] == "preference":
            count, value = int(_claims(rule, way["declared"])), -value
        else:
            given = [s["points"] for s in report.get("scores", []) if s["bid"] == bid and s["item"] == rule["key"]]
            counts = sorted(int(Decimal(points)) for points in given)
            # What is public holds the agreed count alone; whoever holds the members' marks counts them again.
            count = min(most, counts[(len(counts) - 1) // 2]) if counts else int(steps[rule["key"]]["count"])
        amount = cents(value * count * (price if rule["kind"] in ("share", "preference") else 1))
        whole += amount
        if int(steps[rule["key"]]["count"]) != count or Decimal(steps[rule["key"]]["amount"]) != amount:
            faults.append(f"{bid}: {rule['key']} is {count} times and {amount} yuan")
    if told != whole:
        faults.append(f"{bid} has the evaluated price {whole}, not {told}")
    return whole, faults


def _claims(rule, declared):
    """Whether what the bid declares earns the preference: small, or a share not below the law's."""
    small = declared["size"] in ("micro", "small")
    if rule["key"] == "small":
        return small
    share = declared[{"joint": "small_share", "domestic": "domestic_share"}[rule["key"]]]
    return share is not None and Decimal(share) >= Decimal(rule["least"]) and not (small and rule["key"] == "joint")


def _mean_of(report, bid, item):
    points = [Decimal(s["points"]) for s in report["scores"] if s["bid"] == bid and s["item"] == item]
    if len(points) != len(report["members"]):
        raise ValueError(f"{len(points)} of {len(report['members'])} members scored {item}")
    return mean(points, report["trim"])


def main():
    try:
        faults = check_scores(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    except (IndexError, OSError, ValueError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    print("\n".join(faults) if faults else "holds: means, price points, totals and ranking follow from the marks")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
