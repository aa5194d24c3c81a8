// Sizes that tell little: the frame and the buckets of platform_site/sealing/padding.py.
export const PREFIX = 8;
export const FLOOR = 16 * 1024;
/** Bytes of the largest file: its padded frame is one part of at most 4 GiB. */
export const LARGEST = 4 * 1024 ** 3 - PREFIX;
const BLOCK = 64 * 1024;

/** The Padmé size, at least FLOOR, that a frame of `size` bytes is padded to. Exact up to 2^53: no bit operations. */
export function bucket(size) {
  if (size <= FLOOR) return FLOOR;
  let exponent = -1;
  for (let rest = size; rest >= 1; rest = Math.floor(rest / 2)) exponent += 1;
  let bits = 0;
  for (let rest = exponent; rest >= 1; rest = Math.floor(rest / 2)) bits += 1;
  const step = 2 ** (exponent - bits);
  return Math.ceil(size / step) * step;
}

/** Bytes of the padded frame around `contentSize` bytes. */
export function paddedSize(contentSize) {
  return bucket(PREFIX + contentSize);
}

/** The first bytes of a frame: the content's length, big-endian. */
export function contentPrefix(contentSize) {
  const bytes = new Uint8Array(PREFIX);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(contentSize));
  return bytes;
}

/** The padded frame around bytes held in memory. */
export function frame(content) {
  const whole = new Uint8Array(paddedSize(content.length));
  whole.set(contentPrefix(content.length));
  whole.set(content, PREFIX);
  return whole;
}

/** The padded frame around a stream of exactly `contentSize` bytes; `seen` is told every piece of content. */
export function framedStream(stream, contentSize, seen) {
  return new ReadableStream(source(stream, contentSize, seen));
}

function source(stream, contentSize, seen) {
  const pieces = walk(stream, contentSize, seen);
  return {
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return();
    },
  };
}

async function* walk(stream, contentSize, seen) {
  yield contentPrefix(contentSize);
  let left = contentSize;
  const reader = stream.getReader();
  try {
    for (;;) {
      // Browsers name this error differently: what was chosen can no longer be read as it was then.
      const { done, value } = await reader.read().catch((cause) => {
        throw new Error("file.changed", { cause });
      });
      if (done) break;
      left -= value.length;
      seen(value);
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
  // A file changed while it was read would make a lie of the signed digest.
  if (left !== 0) throw new Error("file.changed");
  for (let zeros = paddedSize(contentSize) - PREFIX - contentSize; zeros > 0; zeros -= BLOCK) {
    yield new Uint8Array(Math.min(BLOCK, zeros));
  }
}
