// Where ciphertexts wait for their upload: the browser's own file system, or memory where there is none.
const FOLDER = "ggzy-sealing";

/** A place for one part: {write(bytes), close() → Blob, discard()}. */
export async function openSink(name) {
  const storage = globalThis.navigator?.storage;
  if (!storage?.getDirectory) return memorySink();
  try {
    const folder = await (await storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
    const handle = await folder.getFileHandle(name, { create: true });
    const writable = await handle.createWritable();
    return {
      write: (bytes) => writable.write(bytes),
      async close() {
        await writable.close();
        return handle.getFile();
      },
      async discard() {
        await writable.abort().catch(() => {});
        await folder.removeEntry(name).catch(() => {});
      },
    };
  } catch {
    return memorySink(); // private windows refuse the file system
  }
}

function memorySink() {
  let pieces = [];
  return {
    async write(bytes) {
      pieces.push(bytes.slice());
    },
    async close() {
      return new Blob(pieces);
    },
    async discard() {
      pieces = [];
    },
  };
}

/** Nothing of earlier sealings is left in the browser's file system. */
export async function clearSinks() {
  const root = await globalThis.navigator?.storage?.getDirectory?.();
  await root?.removeEntry(FOLDER, { recursive: true }).catch(() => {});
}
