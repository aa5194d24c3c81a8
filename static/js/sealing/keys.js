// The bidder's own key: made here, kept here. The file is the only copy that can be carried; the browser keeps one it
// can use but nobody can read out. Format: docs/key-files.md.
import { Decrypter, Encrypter, armor, generateX25519Identity, identityToRecipient } from "age-encryption";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes, randomBytes } from "@noble/hashes/utils.js";
import { bech32 } from "@scure/base";
import { digest } from "./canonical.js";

const FORMAT = "ggzy-bidder-key/1";
const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";
const PKCS8 = { X25519: "302e020100300506032b656e04220420", Ed25519: "302e020100300506032b657004220420" };
const STORE = { name: "ggzy-sealing", version: 1, table: "keys" };

/** What people compare aloud: 128 bits in eight groups of four hex digits. */
export function fingerprint(publicHalf) {
  return digest(publicHalf).slice(0, 32).match(/.{4}/g).join(" ");
}

function assemble(subject, identity, signingSecret, recipient, publicKey) {
  const publicHalf = { "age-x25519": recipient, ed25519: publicKey };
  return { subject, identity, signingSecret, recipient, publicKey, public: publicHalf, fingerprint: fingerprint(publicHalf) };
}

/** A fresh key for a subject (unified social credit code). */
export async function generateKey(subject) {
  const identity = await generateX25519Identity();
  const secret = randomBytes(32);
  const recipient = await identityToRecipient(identity);
  return assemble(subject, identity, secret, recipient, bytesToHex(ed25519.getPublicKey(secret)));
}

/** The key file's text; with a passphrase it is an armored age file around that text (scrypt, 2^workFactor). */
export async function dumpKeyFile(key, passphrase = "", { workFactor = 18 } = {}) {
  if (typeof key.identity !== "string") throw new Error("key.not_exportable");
  const text = JSON.stringify(
    {
      format: FORMAT,
      subject: key.subject,
      "age-x25519": { recipient: key.recipient, identity: key.identity },
      ed25519: { public_key: key.publicKey, secret: bytesToHex(key.signingSecret) },
      fingerprint: key.fingerprint,
    },
    null,
    2,
  );
  if (!passphrase) return text;
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(workFactor);
  encrypter.setPassphrase(passphrase);
  return armor.encode(await encrypter.encrypt(text));
}

/** Whether the file's text asks for a passphrase. */
export function isProtected(text) {
  return text.trimStart().startsWith(ARMOR);
}

/** The key in a key file. Throws Error("keyfile.passphrase") or Error("keyfile.damaged"). */
export async function loadKeyFile(text, passphrase = "") {
  if (isProtected(text)) {
    try {
      const decrypter = new Decrypter();
      decrypter.addPassphrase(passphrase);
      text = await decrypter.decrypt(armor.decode(text.trim()), "text");
    } catch {
      throw new Error("keyfile.passphrase");
    }
  }
  try {
    const data = JSON.parse(text);
    const secret = hexToBytes(data.ed25519.secret);
    const identity = data["age-x25519"].identity;
    const recipient = await identityToRecipient(identity);
    const key = assemble(data.subject, identity, secret, recipient, bytesToHex(ed25519.getPublicKey(secret)));
    const same = recipient === data["age-x25519"].recipient && key.publicKey === data.ed25519.public_key;
    if (data.format === FORMAT && typeof data.subject === "string" && same && key.fingerprint === data.fingerprint) {
      return key;
    }
  } catch {
    // Said below: what exactly is wrong with a key file helps nobody but a forger.
  }
  throw new Error("keyfile.damaged");
}

/** A key as the browser keeps it: usable, not readable. Throws where the browser knows no such keys. */
export async function withoutExport(key) {
  const words = bech32.decodeToBytes(key.identity).bytes;
  const identity = await importSecret("X25519", words, ["deriveBits"]);
  const signingSecret = await importSecret("Ed25519", key.signingSecret, ["sign"]);
  return { ...key, identity, signingSecret };
}

function importSecret(name, secret, uses) {
  return crypto.subtle.importKey("pkcs8", hexToBytes(PKCS8[name] + bytesToHex(secret)), { name }, false, uses);
}

/** The key stays in this browser; false where the browser cannot, and then the file is asked for every time. */
export async function keepKey(key) {
  let kept;
  try {
    kept = await withoutExport(key);
  } catch {
    return false;
  }
  await inStore("readwrite", (table) => table.put({ ...kept, id: `${key.subject} ${key.fingerprint}` }));
  return true;
}

/** The keys this browser keeps for a subject, usable for sealing and unlocking. */
export async function keptKeys(subject) {
  const all = await inStore("readonly", (table) => table.getAll());
  return all.filter((key) => key.subject === subject);
}

/** The key is gone from this browser; the file stays good. */
export async function forgetKey(key) {
  await inStore("readwrite", (table) => table.delete(`${key.subject} ${key.fingerprint}`));
}

function inStore(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(STORE.name, STORE.version);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE.table, { keyPath: "id" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE.table, mode);
      const request = act(transaction.objectStore(STORE.table));
      transaction.oncomplete = () => {
        database.close();
        resolve(request.result);
      };
      transaction.onabort = transaction.onerror = () => {
        database.close();
        reject(transaction.error);
      };
    };
  });
}

/** The browser saves the key file under a name that says whose it is. */
export async function downloadKeyFile(key, passphrase = "") {
  const address = URL.createObjectURL(new Blob([await dumpKeyFile(key, passphrase)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `投标密钥-${key.subject}-${key.fingerprint.slice(0, 4)}.json`;
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(address);
}
