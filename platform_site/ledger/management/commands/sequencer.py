"""The one process that numbers the record, closes checkpoints and publishes them."""

import argparse
import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from platform_site import clock
from platform_site.ledger import genesis, publishing, sequencer

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """manage.py sequencer [--once]"""

    help = "Number committed entries every second, close a checkpoint every ten, publish both."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """--once for tests and hand work."""
        parser.add_argument("--once", action="store_true", help="one round and one checkpoint, then stop")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Runs until SIGTERM. A second sequencer waits for the first one's end."""
        genesis.check()
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                if self._alone():
                    self._run(stop, once)
                    return
                if once:
                    raise CommandError("another sequencer is running")
            except OperationalError as error:
                if once:
                    raise
                self.stderr.write(f"the database is away: {error}")
                connection.close()
            stop.wait(1)

    def _alone(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(7020012)")
            return cursor.fetchone()[0]

    def _run(self, stop: threading.Event, once: bool) -> None:
        self._publish()  # whatever an earlier run was killed over
        last = self._slot()
        while not stop.is_set():
            sequencer.number_committed()
            if once or self._slot() != last:
                last = self._slot()
                sequencer.close_checkpoint()
                self._publish()
            if once:
                return
            stop.wait(1 - clock.machine().microsecond / 1_000_000)

    def _publish(self) -> None:
        """A full disk must not stop the numbering; the next checkpoint publishes what is missing."""
        try:
            publishing.publish()
        except OSError as error:
            logger.error("the record's public files could not be written: %s", error)

    def _slot(self) -> int:
        return int(clock.machine().timestamp()) // genesis.CHECKPOINT_SECONDS
