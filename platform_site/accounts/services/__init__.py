"""Every write about people."""

from platform_site.accounts.services.duties import duty_end, duty_grant, trader_begin, trader_end
from platform_site.accounts.services.people import password_change, second_factor_reset, user_sign_up
from platform_site.accounts.services.second_factor import second_factor_begin, second_factor_confirm

__all__ = [
    "duty_end",
    "duty_grant",
    "password_change",
    "second_factor_begin",
    "second_factor_confirm",
    "second_factor_reset",
    "trader_begin",
    "trader_end",
    "user_sign_up",
]
