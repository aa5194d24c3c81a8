// Ed25519 over a context line and a canonical value, as platform_site/sealing/signing.py.
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { canonical } from "./canonical.js";

/** The bytes a signature covers. */
export function message(context, value) {
  const head = new TextEncoder().encode(`${context}\n`);
  const body = canonical(value);
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
}

/** Hex signature by `key` (see keys.js), whose secret may be a browser key that cannot be read. */
export async function sign(key, context, value) {
  const bytes = message(context, value);
  if (key.signingSecret instanceof Uint8Array) return bytesToHex(ed25519.sign(bytes, key.signingSecret));
  return bytesToHex(new Uint8Array(await crypto.subtle.sign("Ed25519", key.signingSecret, bytes)));
}

/** Whether the signature (hex) is the key's; false for everything malformed. */
export function verified(publicKey, context, value, signature) {
  try {
    return ed25519.verify(hexToBytes(signature), message(context, value), hexToBytes(publicKey), { zip215: false });
  } catch {
    return false;
  }
}
