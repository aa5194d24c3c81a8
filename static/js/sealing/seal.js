// Sealing in the browser: the same bytes as platform_site/sealing/seal.py, but for randomness.
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, randomBytes } from "@noble/hashes/utils.js";
import { canonical, sha256hex } from "./canonical.js";
import { isBound, keysetFaults, setHash, subsets } from "./keysets.js";
import { frame, framedStream, paddedSize } from "./padding.js";
import { sign } from "./signing.js";
import { openSink } from "./sinks.js";

const FORMAT = "ggzy-envelope/1";
const forbidden = /[/\\\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g;
const mediaType = /^[A-Za-z0-9.+-]{1,80}\/[A-Za-z0-9.+-]{1,80}$/;

/**
 * An envelope around an offer and files. The one-time identity is forgotten when this returns.
 *
 * @param files   File objects, or anything with name, type, size and stream().
 * @param offer   plain object of text, whole numbers, lists and objects; money as text.
 * @param keyset  the lot's key set, or null where the lot runs bidder-only.
 * @param key     a key of keys.js, from a file or from this browser's store.
 * @param context {lot, document, purpose, countersignatures}: what the envelope is bound to; countersignatures by
 *                trustee id, as the portal's /sealing/lots/<lot>/ tells them.
 * @param options {onProgress({done, total}), signal, now}: bytes of plaintext; an AbortSignal; a Date.
 * @returns {header, signature, wraps, parts}: header as text, signature hex, wraps base64, parts as Blobs, manifest first.
 *
 * Throws Error("keyset.<fault>") where the trustees' keys are not beyond doubt, Error("file.changed") where a file was
 * written to meanwhile, and the signal's reason on abort.
 */
export async function seal(files, offer, keyset, key, context, options = {}) {
  checkKeyset(keyset, context);
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const wraps = await makeWraps(identity, key.recipient, keyset);
  const sealing = { recipient, options, done: 0, total: [...files].reduce((sum, file) => sum + file.size, 0) };
  const parts = [];
  const listed = [];
  for (const [place, file] of [...files].entries()) {
    const { blob, entry, plain } = await sealFile(file, place + 1, sealing);
    parts.push({ blob, entry: { index: place + 1, ...entry } });
    listed.push({ index: place + 1, name: safeName(file.name), media_type: safeType(file.type), ...plain });
  }
  const inner = {
    format: FORMAT,
    suite: "age-x25519",
    signing: "ed25519",
    purpose: context.purpose ?? "bid",
    lot: context.lot,
    document: context.document ?? "",
    subject: key.subject,
    nonce: bytesToHex(randomBytes(32)),
    recipient,
    owner: key.recipient,
    trustee_set: keyset ? setHash(keyset) : "",
    created: (options.now ?? new Date()).toISOString().replace(/\.\d+Z$/, "Z"),
    wraps: describeWraps(wraps, keyset),
    parts: parts.map((part) => part.entry),
  };
  const manifest = { format: "ggzy-manifest/1", header: inner, offer, files: listed };
  manifest.signature = await sign(key, `${FORMAT} manifest`, manifest);
  const padded = frame(canonical(manifest));
  const ciphertext = await lock(padded, recipient);
  const header = { ...inner, manifest: { sha256: sha256hex(ciphertext), size: ciphertext.length, padded: padded.length } };
  return {
    header: new TextDecoder().decode(canonical(header)),
    signature: await sign(key, `${FORMAT} header`, header),
    wraps: { owner: base64(wraps.owner), trustees: wraps.trustees.map(base64) },
    parts: [new Blob([ciphertext]), ...parts.map((part) => part.blob)],
  };
}

/**
 * The envelope's one-time identity, by the owner's own key: what is sent to the portal once opening has started.
 *
 * @param envelope {header, wraps: {owner}}: header as value or text.
 * Throws Error("unlock.wrong_key") where this key is not the owner's.
 */
export async function unlock(envelope, key) {
  const header = typeof envelope.header === "string" ? JSON.parse(envelope.header) : envelope.header;
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(key.identity);
    const identity = await decrypter.decrypt(fromBase64(envelope.wraps.owner), "text");
    if ((await identityToRecipient(identity)) === header.recipient) return identity;
  } catch {
    // A wrong key and a damaged wrap are one to the person: another key file is needed, or the trustees open.
  }
  throw new Error("unlock.wrong_key");
}

function checkKeyset(keyset, context) {
  if (!keyset) return;
  const [fault] = keysetFaults(keyset, context.lot);
  if (fault) throw new Error(`keyset.${fault}`);
  if (!isBound(keyset, context.countersignatures ?? {})) throw new Error("keyset.not_countersigned");
}

async function makeWraps(identity, owner, keyset) {
  const text = new TextEncoder().encode(identity);
  const trustees = [];
  for (const chosen of keyset ? subsets(keyset) : []) {
    let blob = text;
    for (const number of chosen) blob = await lock(blob, keyset.members[number].recipient);
    trustees.push(blob);
  }
  return { owner: await lock(text, owner), trustees };
}

function describeWraps(wraps, keyset) {
  const chosen = keyset ? subsets(keyset) : [];
  return {
    owner: { sha256: sha256hex(wraps.owner), size: wraps.owner.length },
    trustees: wraps.trustees.map((blob, place) => ({
      members: chosen[place],
      sha256: sha256hex(blob),
      size: blob.length,
    })),
  };
}

function lock(bytes, recipient) {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(bytes);
}

async function sealFile(file, index, sealing) {
  const { onProgress, signal } = sealing.options;
  const plainHash = sha256.create();
  const cipherHash = sha256.create();
  const framed = framedStream(file.stream(), file.size, (piece) => {
    plainHash.update(piece);
    sealing.done += piece.length;
    onProgress?.({ done: sealing.done, total: sealing.total });
  });
  const reader = (await lock(framed, sealing.recipient)).getReader();
  const sink = await openSink(`${sealing.recipient.slice(-12)}-${index}.age`);
  let size = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      cipherHash.update(value);
      size += value.length;
      await sink.write(value);
    }
    const blob = await sink.close();
    const entry = { sha256: bytesToHex(cipherHash.digest()), size, padded: paddedSize(file.size) };
    return { blob, entry, plain: { size: file.size, sha256: bytesToHex(plainHash.digest()) } };
  } catch (error) {
    await reader.cancel().catch(() => {});
    await sink.discard();
    throw error;
  }
}

function safeName(name) {
  const clean = [...(name.split(/[/\\]/).pop() || "未命名").replace(forbidden, "_")];
  return clean.slice(0, 200).join("");
}

function safeType(type) {
  const bare = (type || "").split(";")[0].trim();
  return mediaType.test(bare) ? bare : "application/octet-stream";
}

function base64(bytes) {
  let text = "";
  for (let place = 0; place < bytes.length; place += 8192) text += String.fromCharCode(...bytes.subarray(place, place + 8192));
  return btoa(text);
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
