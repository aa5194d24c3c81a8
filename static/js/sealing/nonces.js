// A draw's nonce, as experts/nonces.py seals it: nested age for every k-subset of the draw's trustees.
import { Encrypter } from "age-encryption";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, randomBytes } from "@noble/hashes/utils.js";
import { keysetFaults, setHash, subsets } from "./keysets.js";

const encoder = new TextEncoder();

/** 32 random bytes, hex. */
export function newNonce() {
  return bytesToHex(randomBytes(32));
}

/** What is published before the nonce is: SHA-256 over draw, role and nonce. */
export function nonceCommitment(draw, role, nonce) {
  return bytesToHex(sha256(encoder.encode(`ggzy-draw/1|${draw}|${role}|${nonce}`)));
}

/** The nonce locked to every k-subset of the key set. Throws Error("keyset.<fault>") where the set is not sound. */
export async function sealNonce(nonce, keyset, ref) {
  const [fault] = keysetFaults(keyset, ref);
  if (fault) throw new Error(`keyset.${fault}`);
  const wraps = [];
  for (const chosen of subsets(keyset)) {
    let blob = encoder.encode(nonce);
    for (const number of chosen) {
      const encrypter = new Encrypter();
      encrypter.addRecipient(keyset.members[number].recipient);
      blob = await encrypter.encrypt(blob);
    }
    wraps.push(btoa(String.fromCharCode(...blob)));
  }
  return { suite: "age-x25519", keyset: setHash(keyset), wraps };
}
