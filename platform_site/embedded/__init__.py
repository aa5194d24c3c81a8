"""Real servers on a bare machine: PostgreSQL and Redis from wheels, owned by one supervisor, borrowed by commands.

Nothing here knows Django or any room above. Where DATABASE_URL and REDIS_URL are set, nothing here starts a server.
"""

from platform_site.embedded.borrowing import borrowed_servers

__all__ = ["borrowed_servers"]
