"""The trustee's agent: runs at the trustee, with the trustee's key file, and trusts the portal as little as it can.

    python -m platform_site.sealing.agent --key FILE --create 云泽公证处
    python -m platform_site.sealing.agent --key FILE --portal URL --trustee ID --log-key KEY [--once]

It countersigns key sets that name its keys, and gives a lot key away when, and only when,
- the lot's serial was never bound to another lot (its own state file remembers, not the portal),
- its own clock says that the opening moment of the signed key set has come, and
- a proof under the pinned log key shows the entry that frees the keys.
A portal that forges, withholds or shows two histories gets nothing; what was given away is kept with its proof.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from platform_site import clock
from platform_site.ledger.notes import BadNote, Verifier
from platform_site.sealing import age, keysets
from platform_site.sealing.evidence import NoEvidence, proven_entry
from platform_site.sealing.keyfiles import BadKeyFile, TrusteeKey, fingerprint

BATCH_CONTEXT = "ggzy-trustee-batch/1"
INBOX_CONTEXT = "ggzy-trustee-inbox/1"
LOW_WATER = 100  # free keys at the portal below which the next batch goes out
BATCH = 200
TIMEOUT = 30  # seconds
ANSWER_LIMIT = 4 * 1024 * 1024


class Declined(Exception):
    """The agent will not do this; the message says why, for the trustee's log."""


class PortalTrouble(Exception):
    """The portal did not answer, or not sensibly. The next round tries again."""


class Portal(Protocol):
    """How the agent talks to a portal; tests bring their own."""

    def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        """The JSON at `path`."""

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON answered to `body`."""


@dataclass(frozen=True, slots=True)
class HttpPortal:
    """A portal by its address, e.g. https://ggzy.example."""

    base: str

    def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        """The JSON at `path`."""
        return self._ask(urllib.request.Request(self._url(path), headers={**_HEADERS, **(headers or {})}))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON answered to `body`."""
        data = json.dumps(body).encode()
        headers = {**_HEADERS, "Content-Type": "application/json"}
        return self._ask(urllib.request.Request(self._url(path), data=data, headers=headers, method="POST"))

    def _url(self, path: str) -> str:
        return f"{self.base.rstrip('/')}/sealing/{urllib.parse.quote(path)}"

    def _ask(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return json.loads(answer.read(ANSWER_LIMIT))
        except urllib.error.HTTPError as error:
            raise PortalTrouble(f"{error.code} {error.read(2000).decode('utf-8', 'replace')}") from None
        except (OSError, ValueError) as error:
            raise PortalTrouble(str(error)) from None


_HEADERS = {"Accept": "application/json", "User-Agent": "ggzy-trustee-agent/1"}


@dataclass
class Memory:
    """What the agent remembers between rounds, in a file beside the key file; written before anything is sent."""

    path: Path
    bound: dict[str, str] = field(default_factory=dict)  # serial → key set hash
    given: dict[str, dict[str, Any]] = field(default_factory=dict)  # lot → what was shown, and when
    published: int = 0  # highest serial ever published
    log_size: int = 0
    log_root: str = ""

    @classmethod
    def load(cls, path: Path) -> "Memory":
        """The memory in a file; empty where there is none."""
        memory = cls(path)
        if path.exists():
            for name, value in json.loads(path.read_text()).items():
                setattr(memory, name, value)
        return memory

    def save(self) -> None:
        """The file holds what is remembered, whole or not at all."""
        held = {name: getattr(self, name) for name in ("bound", "given", "published", "log_size", "log_root")}
        draft = self.path.with_suffix(".draft")
        with draft.open("w") as file:
            json.dump(held, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


@dataclass
class Agent:
    """One trustee at one portal.

    Attributes:
        trustee_id: the trustee's id in the portal's register.
        log_key: the log's verifier key, pinned from paper or from the trustee's own witness; never from the portal.
        own_clock: the trustee's clock. A demo whose clock is moved passes one that never objects.
    """

    key: TrusteeKey
    portal: Portal
    trustee_id: str
    log_key: Verifier
    memory: Memory
    own_clock: Callable[[], datetime] = clock.machine
    say: Callable[[str], None] = print

    def round(self) -> int:
        """Everything due was done or declined aloud. How many acts were done."""
        done = 0
        duties = self._inbox()
        for lot in duties["countersign"]:
            done += self._attempt(self.countersign, lot)
        for lot in duties["release"]:
            done += self._attempt(self.release, lot)
        if duties["keys"]["free"] < LOW_WATER:
            self.publish(BATCH)
            done += 1
        return done

    def publish(self, count: int) -> list[dict[str, Any]]:
        """The next `count` lot keys stand at the portal. Serials are never used twice, even if the portal forgets."""
        first = self.memory.published + 1
        keys = [self.key.lot_key(serial) for serial in range(first, first + count)]
        self.memory.published = first + count - 1
        self.memory.save()
        signature = self.key.sign(BATCH_CONTEXT, keys)
        self.portal.post(f"trustees/{self.trustee_id}/keys/", {"keys": keys, "signature": signature})
        self.say(f"已公布密钥 {first} 至 {self.memory.published} 号")
        return keys

    def countersign(self, lot: str) -> None:
        """The lot's key set is countersigned, and its serial of ours bound to it for ever.

        Raises:
            Declined: it does not name our keys rightly, or the serial is bound to another set.
        """
        keyset = self._keyset(lot)
        self._bind(keyset)
        signature = self.key.sign(keysets.COUNTERSIGN_CONTEXT, keyset)
        self.portal.post(f"countersign/{lot}/", {"trustee": self._member(keyset)["trustee"], "signature": signature})
        self.say(f"已确认 {lot} 的密钥组，指纹 {keysets.set_fingerprint(keyset)}")

    def release(self, lot: str) -> None:
        """The lot key is at the portal.

        Raises:
            Declined: the serial belongs to another lot, it is too early, or nothing proves that opening has started.
        """
        status = self._status(lot)
        keyset = self._keyset(lot, status)
        self._bind(keyset)
        opens = datetime.fromisoformat(keyset["not_before"]) if keyset["not_before"] else None
        if opens and self.own_clock() < opens:
            raise Declined(f"{lot}：开标时间 {keyset['not_before']} 未到")
        proof = self._proof(keyset, status)
        member = self._member(keyset)
        secret = self.key.lot_identity(member["serial"])
        statement = keysets.release_statement(lot, keysets.set_hash(keyset), member["serial"], secret)
        self.memory.given[lot] = {"serial": member["serial"], "at": keysets.stamp(clock.machine()), "proof": proof}
        self.memory.save()
        signature = self.key.sign(keysets.RELEASE_CONTEXT, statement)
        body = {"trustee": member["trustee"], "serial": member["serial"], "secret": secret, "signature": signature}
        self.portal.post(f"release/{lot}/", body)
        self.say(f"已释放 {lot} 的密钥")

    def _attempt(self, act: Callable[[str], None], lot: str) -> int:
        try:
            act(lot)
        except (Declined, PortalTrouble) as reason:
            self.say(f"未办理 {lot}：{reason}")
            return 0
        return 1

    def _signed(self) -> dict[str, str]:
        """Headers that say who asks: what is not announced yet is told to its trustees alone."""
        at = keysets.stamp(clock.machine())
        signature = self.key.sign(INBOX_CONTEXT, {"trustee": self.trustee_id, "at": at})
        return {"Trustee-Id": self.trustee_id, "Trustee-At": at, "Trustee-Signature": signature}

    def _status(self, lot: str) -> Any:
        return self.portal.get(f"lots/{lot}/", self._signed())

    def _inbox(self) -> dict[str, Any]:
        duties = self.portal.get(f"trustees/{self.trustee_id}/", self._signed())
        try:
            lots = [*duties["countersign"], *duties["release"]]
            if not all(isinstance(lot, str) for lot in lots) or not isinstance(duties["keys"]["free"], int):
                raise TypeError
        except (KeyError, TypeError):
            raise PortalTrouble("the list of duties is malformed") from None
        return duties

    def _keyset(self, lot: str, status: Any = None) -> dict[str, Any]:
        status = status or self._status(lot)
        keyset = status.get("keyset") if isinstance(status, dict) else None
        if not isinstance(keyset, dict):
            raise Declined("密钥组有误")
        if found := keysets.faults(keyset, lot):
            raise Declined(f"密钥组有误：{'、'.join(found)}")
        return keyset

    def _member(self, keyset: dict[str, Any]) -> dict[str, Any]:
        own = [m for m in keyset["members"] if m["signing_key"] == self.key.public_key]
        if not own or age.recipient_of(self.key.lot_identity(own[0]["serial"])) != own[0]["recipient"]:
            raise Declined("密钥组中没有本受托人的密钥")
        return own[0]

    def _bind(self, keyset: dict[str, Any]) -> None:
        serial = str(self._member(keyset)["serial"])
        wanted = keysets.set_hash(keyset)
        if self.memory.bound.setdefault(serial, wanted) != wanted:
            raise Declined(f"{serial} 号密钥已用于另一标段")
        self.memory.save()

    def _proof(self, keyset: dict[str, Any], status: dict[str, Any]) -> str:
        opening = status.get("opening")
        proof = opening.get("proof") if isinstance(opening, dict) else None
        if not isinstance(proof, str):
            raise Declined("存证记录中还没有开标的证明")
        try:
            proven = proven_entry(proof, self.log_key)
        except NoEvidence as reason:
            raise Declined(f"开标的证明不成立：{reason}") from None
        leaf, head = proven.leaf, proven.checkpoint
        wanted = (keyset["release_event"], keyset["lot"].partition("#")[0], False)
        if (leaf.get("event"), leaf.get("subject"), leaf.get("sealed")) != wanted:
            raise Declined("证明的是另一件事")
        root = head.root.hex()
        if head.size < self.memory.log_size or (head.size == self.memory.log_size and root != self.memory.log_root):
            raise Declined("存证记录倒退或者有两个版本")
        self.memory.log_size, self.memory.log_root = head.size, root
        return proof


def create(path: Path, name: str) -> TrusteeKey:
    """A new key file stands at `path`, readable by its owner only.

    Raises:
        FileExistsError: a key is never overwritten.
    """
    key = TrusteeKey.generate(name)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key.dump() + "\n")
    return key


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="trustee-agent", description="受托人的密钥代理")
    parser.add_argument("--key", type=Path, required=True, help="密钥文件")
    parser.add_argument("--create", metavar="NAME", help="新建密钥文件")
    parser.add_argument("--portal", help="平台地址，例如 https://ggzy.example")
    parser.add_argument("--trustee", help="本受托人在平台的编号")
    parser.add_argument("--log-key", help="存证记录的公钥（name+id+key），以书面取得的为准")
    parser.add_argument("--once", action="store_true", help="只办一轮")
    parser.add_argument("--every", type=int, default=15, help="每轮间隔秒数")
    parser.add_argument("--moved-clock", action="store_true", help="演练用：平台时钟可拨动，不核对本机时钟")
    options = parser.parse_args(arguments)
    try:
        key = create(options.key, options.create) if options.create else TrusteeKey.load(options.key.read_text())
    except (OSError, BadKeyFile) as error:
        print(f"密钥文件：{error}", file=sys.stderr)
        return 2
    print(f"{key.name}  公钥 {key.public_key}  指纹 {fingerprint({'ed25519': key.public_key})}")
    if options.create:
        return 0
    if not (options.portal and options.trustee and options.log_key):
        parser.error("--portal, --trustee and --log-key are needed")
    try:
        log_key = Verifier.parse(options.log_key)
    except BadNote as error:
        parser.error(str(error))
    agent = Agent(
        key,
        HttpPortal(options.portal),
        options.trustee,
        log_key,
        Memory.load(options.key.with_suffix(".state.json")),
        own_clock=(lambda: datetime.max.replace(tzinfo=clock.CHINA)) if options.moved_clock else clock.machine,
    )
    return _watch(agent, once=options.once, every=options.every)


def _watch(agent: Agent, *, once: bool, every: int) -> int:
    while True:
        try:
            agent.round()
        except PortalTrouble as trouble:
            print(f"平台没有应答：{trouble}", file=sys.stderr)
            if once:
                return 1
        if once:
            return 0
        with suppress(KeyboardInterrupt):
            time.sleep(every)
            continue
        return 0


if __name__ == "__main__":
    sys.exit(main())
