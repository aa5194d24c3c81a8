// An envelope as one file: what the offline tool saves and the filing page uploads. Format: docs/envelopes.md.
const FIRST = "ggzy-sealed/1\n";
const MOST = 8 * 1024 * 1024; // bytes of the second line: a header, a signature, a few wraps

/** One Blob: the first line, a line of JSON {header, signature, wraps}, then the ciphertexts one behind the other. */
export function pack({ header, signature, wraps, parts }) {
  return new Blob([FIRST, `${JSON.stringify({ header, signature, wraps })}\n`, ...parts], { type: "application/octet-stream" });
}

/** The envelope in a file, its parts as slices that are read when they are needed. Throws Error("package.damaged"). */
export async function unpack(file) {
  try {
    const head = await file.slice(0, FIRST.length + MOST).arrayBuffer();
    const bytes = new Uint8Array(head);
    const text = new TextDecoder("utf-8", { fatal: true });
    const end = bytes.indexOf(10, FIRST.length);
    if (text.decode(bytes.subarray(0, FIRST.length)) !== FIRST || end < 0) throw new Error("not ours");
    const { header, signature, wraps } = JSON.parse(text.decode(bytes.subarray(FIRST.length, end)));
    const said = JSON.parse(header);
    const parts = [];
    let at = end + 1;
    for (const { size } of [said.manifest, ...said.parts]) {
      if (!Number.isSafeInteger(size) || size <= 0) throw new Error("no size");
      parts.push(file.slice(at, at + size));
      at += size;
    }
    if (at !== file.size || typeof signature !== "string" || typeof wraps.owner !== "string") throw new Error("not whole");
    return { id: signature.slice(0, 32), header, signature, wraps, parts };
  } catch {
    throw new Error("package.damaged");
  }
}
