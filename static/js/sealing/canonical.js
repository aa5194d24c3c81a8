// One text for one value: RFC 8785 JSON without fractions, as platform_site/sealing/canonical.py writes it.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const encoder = new TextEncoder();
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function write(value) {
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not a whole number: ${value}`);
    return String(value === 0 ? 0 : value);
  }
  if (typeof value === "string") {
    if (loneSurrogate.test(value)) throw new TypeError("not Unicode text");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value === "object") {
    // The default order compares UTF-16 code units, which is the order RFC 8785 asks for.
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${write(name)}:${write(value[name])}`).join(",")}}`;
  }
  throw new TypeError(`cannot be written: ${typeof value}`);
}

/** The canonical bytes. Throws TypeError for fractions, undefined, lone surrogates. */
export function canonical(value) {
  return encoder.encode(write(value));
}

/** SHA-256 of the canonical bytes, hex. */
export function digest(value) {
  return bytesToHex(sha256(canonical(value)));
}

/** SHA-256 of bytes, hex. */
export function sha256hex(bytes) {
  return bytesToHex(sha256(bytes));
}
