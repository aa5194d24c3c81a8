// Sealing in the browser: the same bytes as platform_site/sealing/seal.py, but for randomness.
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, randomBytes } from "@noble/hashes/utils.js";
import { canonical, sha256hex } from "./canonical.js";
import { isBound, keysetFaults, setHash, subsets } from "./keysets.js";
import { frame, framedStream, LARGEST, paddedSize } from "./padding.js";
import { memoryShelf, roomLeft } from "./shelf.js";
import { sign } from "./signing.js";

const FORMAT = "ggzy-envelope/1";
const JOURNAL = "ggzy-shelf/1";
const MARKS = ["name", "size", "lastModified"]; // of a file, as far as a browser tells
const forbidden = /[/\\\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g;
const mediaType = /^[A-Za-z0-9.+-]{1,80}\/[A-Za-z0-9.+-]{1,80}$/;

/**
 * An envelope around an offer and files. The one-time identity is forgotten before the first file is read: whoever
 * comes back to a half-made envelope needs its public half only.
 *
 * @param files   File objects, or anything with name, type, size and stream(); without stream() where `options.shelf`
 *                holds their ciphertext from an earlier try.
 * @param offer   plain object of text, whole numbers, lists and objects; money as text.
 * @param keyset  the lot's key set, or null where the lot runs bidder-only.
 * @param key     a key of keys.js, from a file or from this browser's store.
 * @param context {lot, document, purpose, countersignatures}: what the envelope is bound to; countersignatures by
 *                trustee id, as the portal's /sealing/lots/<lot>/ tells them.
 * @param options {onProgress({done, total}), signal, now, shelf}: bytes of plaintext; an AbortSignal; a Date; where the
 *                ciphertexts wait (shelf.js), in memory without one. What an earlier try left on the shelf for the same
 *                lot, key set and key is used again: a file whose ciphertext is whole is not encrypted twice.
 * @returns {id, header, signature, wraps, parts}: header as text, signature hex, wraps base64, parts as Blobs, manifest
 *                first; the id names this sealing on its shelf.
 *
 * Throws Error("keyset.<fault>") where the trustees' keys are not beyond doubt, Error("file.changed") where a file was
 * written to meanwhile, Error("file.too_large"), Error("file.missing") where neither file nor ciphertext is there,
 * Error("storage.full") with `.needed` and `.left` in bytes, and the signal's reason on abort.
 */
export async function seal(files, offer, keyset, key, context, options = {}) {
  checkKeyset(keyset, context);
  const shelf = options.shelf ?? memoryShelf();
  const { journal, kept } = await begin(shelf, keyset, key, context, options);
  const chosen = [];
  for (const file of files) chosen.push(await matched(file, kept, shelf));
  await checkRoom(chosen, shelf);
  const total = chosen.reduce((sum, one) => sum + one.file.size, 0);
  const sealing = { recipient: journal.recipient, shelf, options, done: 0, total };
  const note = () => noteDraft(shelf, journal, key, offer, chosen);
  await note();
  for (const one of chosen) {
    if (one.made) sealing.done += one.file.size;
    else {
      one.made = await sealFile(one.file, sealing).catch((error) => {
        error.file = one.file.name;
        throw error;
      });
      await note();
    }
    options.onProgress?.({ done: sealing.done, total });
  }
  const whole = chosen.map((one, place) => ({ index: place + 1, ...one.made }));
  const inner = {
    format: FORMAT,
    suite: "age-x25519",
    signing: "ed25519",
    purpose: context.purpose ?? "bid",
    lot: context.lot,
    document: context.document ?? "",
    subject: key.subject,
    nonce: bytesToHex(randomBytes(32)),
    recipient: journal.recipient,
    owner: key.recipient,
    trustee_set: journal.trustee_set,
    created: stamp(options.now),
    wraps: journal.promised,
    parts: whole.map(({ index, entry }) => ({ index, ...entry })),
    ...(context.consortium ? { consortium: context.consortium } : {}),
  };
  const listed = whole.map(({ index, plain }, place) => {
    const { name, type } = chosen[place].file;
    return { index, name: safeName(name), media_type: safeType(type), ...plain };
  });
  const manifest = { format: "ggzy-manifest/1", header: inner, offer, files: listed };
  manifest.signature = await sign(key, `${FORMAT} manifest`, manifest);
  const padded = frame(canonical(manifest));
  const ciphertext = await lock(padded, journal.recipient);
  const first = await stored(shelf, ciphertext);
  const header = { ...inner, manifest: { sha256: sha256hex(ciphertext), size: ciphertext.length, padded: padded.length } };
  journal.sealed = {
    header: new TextDecoder().decode(canonical(header)),
    signature: await sign(key, `${FORMAT} header`, header),
    parts: [first, ...whole.map((one) => one.part)],
  };
  await shelf.note(journal);
  await shelf.keepOnly(journal.sealed.parts);
  return sealedOn(shelf);
}

/** The envelope an earlier `seal` finished on this shelf, as `seal` returned it; null where there is none, or not whole. */
export async function sealedOn(shelf) {
  const journal = await shelf.journal();
  if (!journal?.sealed) return null;
  const { header, signature, parts } = journal.sealed;
  const blobs = await Promise.all(parts.map((name) => shelf.part(name)));
  const said = JSON.parse(header);
  const whole = [said.manifest, ...said.parts].every((entry, place) => blobs[place]?.size === entry.size);
  return whole ? { id: journal.id, header, signature, wraps: journal.wraps, parts: blobs, sent: journal.sent } : null;
}

/**
 * What was typed and chosen for the sealing on this shelf: {offer, files}, a file being {name, type, size,
 * lastModified, made}; `made` where its ciphertext is whole. Null where there is none, or it is another key's.
 */
export async function draftOn(shelf, key) {
  const journal = await shelf.journal();
  if (!journal || journal.format !== JOURNAL || journal.owner !== key.recipient || journal.subject !== key.subject) return null;
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(key.identity);
    return JSON.parse(await decrypter.decrypt(fromBase64(journal.draft), "text"));
  } catch {
    return null;
  }
}

/** From now on the envelope on the shelf may have reached the portal: nothing of it is used for another one. */
export async function markSent(shelf) {
  await shelf.note({ ...(await shelf.journal()), sent: true });
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
  // Its members give their keys away when this has happened: a bid's not before the roll of its round is public, a
  // reserve's not before bidding has closed.
  const opening = context.lot.endsWith("#final") ? "lot.quotes_opening_started" : "lot.opening_started";
  const event = { bid: opening, reserve_price: "listing.closed" }[context.purpose];
  if (event && keyset.release_event !== event) throw new Error("keyset.event");
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

/** The journal to go on with: the shelf's own where it fits and was never sent, else a new one with a new identity. */
async function begin(shelf, keyset, key, context, options) {
  const bound = {
    format: JOURNAL,
    lot: context.lot,
    subject: key.subject,
    owner: key.recipient,
    trustee_set: keyset ? setHash(keyset) : "",
  };
  const found = await shelf.journal();
  const draft = found && !found.sent && Object.keys(bound).every((name) => found[name] === bound[name]) && (await draftOn(shelf, key));
  if (draft) {
    const { sealed, ...journal } = found;
    return { journal: { ...journal, id: crypto.randomUUID() }, kept: draft.files };
  }
  await shelf.keepOnly([]);
  const identity = await generateX25519Identity();
  const wraps = await makeWraps(identity, key.recipient, keyset);
  const journal = {
    ...bound,
    id: crypto.randomUUID(),
    begun: stamp(options.now),
    recipient: await identityToRecipient(identity),
    promised: describeWraps(wraps, keyset),
    wraps: { owner: base64(wraps.owner), trustees: wraps.trustees.map(base64) },
  };
  return { journal, kept: [] };
}

/** {file, made}: the ciphertext of an earlier try where it is the same file and still whole. */
async function matched(file, kept, shelf) {
  if (file.size > LARGEST) throw Object.assign(new Error("file.too_large"), { file: file.name });
  const same = (one) => one.made && MARKS.every((name) => one[name] === markOf(file)[name]);
  for (const one of kept.filter(same)) {
    const blob = await shelf.part(one.made.part);
    if (blob?.size === one.made.entry.size) {
      kept.splice(kept.indexOf(one), 1); // two equal files are two ciphertexts
      return { file, made: one.made };
    }
  }
  if (!file.stream) throw Object.assign(new Error("file.missing"), { file: file.name });
  return { file, made: null };
}

async function checkRoom(chosen, shelf) {
  if (!shelf.kept) return;
  const needed = chosen.reduce((sum, one) => sum + (one.made ? 0 : paddedSize(one.file.size)), 0);
  const left = await roomLeft();
  // age adds 16 bytes to 64 KiB, the journal its few: a fiftieth more is room enough.
  if (needed * 1.02 > left) throw Object.assign(new Error("storage.full"), { needed, left });
}

async function noteDraft(shelf, journal, key, offer, chosen) {
  const files = chosen.map(({ file, made }) => ({ ...markOf(file), type: file.type ?? "", made }));
  const text = new TextEncoder().encode(JSON.stringify({ offer, files }));
  journal.draft = base64(await lock(text, key.recipient));
  journal.files = { all: chosen.length, made: chosen.filter((one) => one.made).length };
  await shelf.note(journal);
}

function markOf({ name, size, lastModified = 0 }) {
  return { name, size, lastModified };
}

async function stored(shelf, bytes) {
  const part = `${crypto.randomUUID()}.age`;
  const sink = await shelf.sink(part);
  await sink.write(bytes);
  await sink.close();
  return part;
}

async function sealFile(file, sealing) {
  const { onProgress, signal } = sealing.options;
  const plainHash = sha256.create();
  const cipherHash = sha256.create();
  const framed = framedStream(file.stream(), file.size, (piece) => {
    plainHash.update(piece);
    sealing.done += piece.length;
    onProgress?.({ done: sealing.done, total: sealing.total });
  });
  const reader = (await lock(framed, sealing.recipient)).getReader();
  const part = `${crypto.randomUUID()}.age`;
  const sink = await sealing.shelf.sink(part);
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
    await sink.close();
  } catch (error) {
    await reader.cancel().catch(() => {});
    await sink.discard();
    if (error.name !== "QuotaExceededError") throw error;
    throw Object.assign(new Error("storage.full"), { needed: paddedSize(file.size), left: await roomLeft() });
  }
  const entry = { sha256: bytesToHex(cipherHash.digest()), size, padded: paddedSize(file.size) };
  return { part, entry, plain: { size: file.size, sha256: bytesToHex(plainHash.digest()) } };
}

function stamp(moment = new Date()) {
  return moment.toISOString().replace(/\.\d+Z$/, "Z");
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
