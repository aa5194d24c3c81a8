"""Two workers at once send each mail once."""

from threading import Barrier, Thread

from django.core import mail
from django.db import connection

from platform_site.messages import services
from tests.people import a_person


def test_two_workers_send_each_mail_once(fresh_db):
    people = [a_person(email=f"p{i}@yunze.example") for i in range(20)]
    services.deliver(people, dedupe="x", title="标题", body="正文")
    start, sent = Barrier(2), []

    def work():
        start.wait()
        try:
            sent.append(services.send_due())
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sent) == 20
    assert sorted(m.to[0] for m in mail.outbox) == sorted(p.email for p in people)
