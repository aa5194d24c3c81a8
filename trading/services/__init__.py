"""Every write of the trade: one function per verb, one transaction, one ledger entry."""
