"""The rule types under the kernel's own name; they live in the bedrock because credit and experts need them too."""

from platform_site.rules import EFFECTS, STATUSES, Rule, Value

__all__ = ["EFFECTS", "STATUSES", "Rule", "Value"]
