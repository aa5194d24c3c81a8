// From what is typed to a receipt: sealed onto the shelf, uploaded, sent. One window at a time; each step can be gone on with.
import { markSent, seal, sealedOn, setHash, upload } from "../../vendor/sealing.js";
import { csrf, post } from "../asking.js";
import { size } from "./chosen.js";

/**
 * Run `act` while no other window of this browser seals or sends under this name.
 *
 * Throws Error("filing.other_window") where one does. The browser gives the lock back when a tab dies.
 */
export function alone(name, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(`ggzy-filing ${name}`, { ifAvailable: true }, (lock) => {
    if (!lock) throw new Error("filing.other_window");
    return act();
  });
}

/** The lot's key set as the notice promised it; null where the lot runs bidder-only. Throws Error("keyset.hash"). */
async function keysOfLot(said, signal) {
  if (!said.keysetHash) return { keyset: null, countersignatures: {} };
  const answer = await fetch(said.keyset, { headers: { Accept: "application/json" }, signal });
  if (!answer.ok) throw new Error(`http.${answer.status}`);
  const status = await answer.json();
  if (setHash(status.keyset) !== said.keysetHash) throw new Error("keyset.hash");
  return status;
}

/**
 * The envelope around `value` and `files` is on the shelf: the one that is there where its id is `known`, else made now.
 *
 * @param said the form's data attributes.
 * @param options {shelf, key, known, now, signal, progress(words, share), consortium}.
 */
export async function sealed(said, value, files, { shelf, key, known, now, signal, progress, consortium }) {
  const standing = known && (await sealedOn(shelf));
  if (standing?.id === known) return standing;
  const { keyset, countersignatures } = await keysOfLot(said, signal);
  const context = { lot: said.lot, document: said.document, purpose: said.purpose ?? "bid", countersignatures, consortium };
  return seal(files, value, keyset, key, context, {
    shelf,
    now,
    signal,
    onProgress: ({ done, total }) => progress(`正在加密，${size(done)} / ${size(total)}`, (done / (total || 1)) * 0.4),
  });
}

/**
 * The envelope is at the portal; the answer is {bid, receipt}.
 *
 * @param envelope as `seal`, `sealedOn` or `unpack` give it; its id is the filing's idempotency key.
 * @param options {shelf, standing, signal, progress}; shelf is null where the envelope came out of a file.
 */
export async function deliver(said, envelope, { shelf, standing, signal, progress }) {
  const header = JSON.parse(envelope.header);
  const uploads = await upload(envelope.parts, [header.manifest, ...header.parts], {
    begin: said.begin,
    chunks: said.chunks,
    get csrf() {
      return csrf();
    },
    signal,
    onProgress: ({ done, total }) => progress(`正在上传密文，${size(done)} / ${size(total)}`, 0.4 + (done / total) * 0.55),
  });
  progress("正在递交，等待回执", 0.97);
  if (shelf) await markSent(shelf);
  const { header: text, signature, wraps, id } = envelope;
  return post(said.send, { header: text, signature, wraps, uploads, key: id, subject: said.subject, standing }, { signal });
}
