"""Administrative region codes (GB/T 2260): six digits, two each for province, city and county. Plain Python."""


def stem(code: str) -> str:
    """The digits every code within the region begins with: 990100 -> 9901, 990000 -> 99, the country's 000000 -> ""."""
    return code.removesuffix("00").removesuffix("00").removesuffix("00")


def level_of(code: str) -> int:
    """0 for the country, 1 province, 2 city, 3 county."""
    return len(stem(code)) // 2
