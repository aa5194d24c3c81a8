"""The register: all rows of the rulebook under their ids.

`ALL` is the one dictionary and `rule(id)` reads it at the moment of the call. A guard asks
`rule("ENG-10")["days"].amount` every time it judges and keeps no copy.

What is a value: a number that can be counted against. A bare prohibition ("0 conflicts") holds none, for there is
nothing to move, nor does a list unless its items are picked by number. Fines stand in the note: the platform computes
none.
"""

from credit import rules as cre
from experts import rules as exp
from platform_site.rules import ALL, Rule, Value, rule
from trading.rulebooks.register import cmp, ele, eng, gen, gp, lnd, mining, plt, soe

__all__ = ["ALL", "COUNT", "DOMAINS", "Rule", "Value", "rule"]

DOMAINS: dict[str, tuple[Rule, ...]] = {
    "GEN": gen.RULES,
    "ENG": eng.RULES,
    "GP": gp.RULES,
    "LND": lnd.RULES,
    "MIN": mining.RULES,
    "SOE": soe.RULES,
    "EXP": exp.RULES,
    "CRE": cre.RULES,
    "PLT": plt.RULES,
    "ELE": ele.RULES,
    "CMP": cmp.RULES,
}
COUNT = 207

_ordered = {row.id: row for rows in DOMAINS.values() for row in rows}
if set(ALL) != set(_ordered) or len(ALL) != COUNT:
    raise ValueError(f"the register holds {len(ALL)} rules, not {COUNT}")
# The one dictionary is put into the rulebook's order; it stays the same object, for everybody reads through it.
ALL.clear()
ALL.update(_ordered)
