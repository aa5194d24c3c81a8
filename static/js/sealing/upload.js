// Ciphertexts go up in chunks that survive a bad line, a lost answer and a closed lid.
import { bytesToHex } from "@noble/hashes/utils.js";

const PATIENCE = [500, 1000, 2000, 4000, 8000, 15000, 30000]; // milliseconds before each new try

/**
 * Every part is at the portal, whole; the answer is their ids, in order.
 *
 * @param parts Blobs.
 * @param entries [{sha256, size}] from the header: the manifest's, then the files'.
 * @param options {begin, chunks, csrf, onProgress({done, total}), signal}: addresses of the begin view and of
 *                /sealing/uploads/, the CSRF token for the first.
 * Throws the portal's refusal as Error(code) with `.violations`, Error("part.gone") where a part can no longer be read.
 */
export async function upload(parts, entries, options) {
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  let before = 0;
  const ids = [];
  for (const [place, part] of parts.entries()) {
    const tell = (offset) => options.onProgress?.({ done: before + offset, total });
    ids.push(await uploadPart(part, entries[place], options, tell));
    before += part.size;
  }
  return ids;
}

async function uploadPart(part, entry, options, tell) {
  const begun = await ask(options.begin, options, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": options.csrf ?? "" },
    body: JSON.stringify({ key: entry.sha256, size: entry.size, sha256: entry.sha256 }),
  });
  const address = new URL(`${begun.id}/`, new URL(options.chunks, document.baseURI)).href;
  const token = { "Upload-Token": begun.token };
  let { offset } = begun;
  while (offset < part.size) {
    tell(offset);
    const bytes = await read(part, offset, begun.chunk);
    const headers = { ...token, "Upload-Offset": String(offset), "Upload-SHA256": await digestOf(bytes) };
    try {
      ({ offset } = await ask(address, options, { method: "PATCH", headers, body: bytes }));
    } catch (error) {
      if (error.message !== "upload.gap" && error.message !== "upload.damaged") throw error;
      ({ offset } = await ask(address, options, { headers: token }));
    }
  }
  await ask(`${address}finish/`, options, { method: "POST", headers: token });
  tell(part.size);
  return begun.id;
}

/** SHA-256, hex, by the browser itself: a chunk is in memory anyway, and this is many times faster than a script. */
async function digestOf(bytes) {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

async function read(part, offset, length) {
  try {
    return new Uint8Array(await part.slice(offset, offset + length).arrayBuffer());
  } catch {
    throw new Error("part.gone"); // thrown away by another window, or its file was moved
  }
}

async function ask(address, options, request) {
  for (let attempt = 0; ; attempt += 1) {
    options.signal?.throwIfAborted();
    let answer;
    try {
      const headers = { Accept: "application/json", ...request.headers };
      answer = await fetch(address, { ...request, headers, signal: options.signal, credentials: "same-origin" });
    } catch (error) {
      if (options.signal?.aborted || attempt >= PATIENCE.length) throw error;
    }
    if (answer?.ok) return answer.json();
    // Every request here may be repeated: the portal counts a chunk once, however often it comes.
    // A full disk is not mended in seconds: its sender is told, and goes on later from where it stands.
    if (answer && (answer.status < 500 || answer.status === 507 || attempt >= PATIENCE.length)) throw await refusal(answer);
    await new Promise((wake) => setTimeout(wake, PATIENCE[attempt]));
  }
}

async function refusal(answer) {
  const body = await answer.json().catch(() => ({}));
  const error = new Error(body.violations?.[0]?.code ?? `http.${answer.status}`);
  error.violations = body.violations ?? [];
  return error;
}
