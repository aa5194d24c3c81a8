// Where a sealing waits: its ciphertexts and a journal, in the browser's own file system, so that a killed tab goes on.
//
// One folder for each (lot, subject). The journal holds no clear secret: what was typed is an age file to the bidder's
// own key. Where there is no such file system (private windows, a page opened from a disk) the same is kept in memory.
import { sha256hex } from "./canonical.js";

const FOLDER = "ggzy-sealing";
const JOURNAL = "journal.json";
const PIECE = 8 * 1024 * 1024; // bytes gathered before they become a Blob, which the browser moves out of our memory
const KEPT = 90 * 24 * 3600e3; // milliseconds after which a folder nobody came back to is removed

/** The shelf's name for a subject's filing at a lot. */
export function shelfName(lot, subject) {
  return sha256hex(new TextEncoder().encode(`${lot}\n${subject}`)).slice(0, 32);
}

/**
 * A shelf: {kept, journal(), note(value), sink(part), part(name), keepOnly(names), clear()}.
 *
 * `kept` says whether it outlives the page. `sink` is {write(bytes), close() → Blob, discard()}; a part is there whole
 * after `close` or not at all. `part` is a Blob, or null.
 */
export async function openShelf(name, { now = new Date() } = {}) {
  try {
    const root = await navigator.storage.getDirectory();
    const top = await root.getDirectoryHandle(FOLDER, { create: true });
    await sweep(top, name, now);
    const folder = await top.getDirectoryHandle(name, { create: true });
    // Asked before anything is written: some browsers know the folder and cannot write into it from a page.
    await (await (await folder.getFileHandle("probe", { create: true })).createWritable()).close();
    return diskShelf(top, name);
  } catch {
    return memoryShelf();
  }
}

function diskShelf(top, name) {
  const folder = () => top.getDirectoryHandle(name, { create: true });
  const file = async (part) => (await (await folder()).getFileHandle(part)).getFile();

  async function sink(part) {
    const handle = await (await folder()).getFileHandle(part, { create: true });
    const writable = await handle.createWritable();
    return {
      write: (bytes) => writable.write(bytes),
      async close() {
        await writable.close();
        return handle.getFile();
      },
      async discard() {
        await writable.abort().catch(() => {});
        await (await folder()).removeEntry(part).catch(() => {});
      },
    };
  }

  return {
    kept: true,
    sink,
    part: (part) => file(part).catch(() => null),
    async journal() {
      try {
        return JSON.parse(await (await file(JOURNAL)).text());
      } catch {
        return null; // none, or written by a hand that was stopped: then nothing was promised yet
      }
    },
    async note(value) {
      const journal = await sink(JOURNAL);
      try {
        await journal.write(new TextEncoder().encode(JSON.stringify(value)));
        await journal.close();
      } catch (error) {
        await journal.discard();
        throw error;
      }
    },
    async keepOnly(names) {
      const wanted = new Set([JOURNAL, ...names]);
      const home = await folder();
      const there = [];
      for await (const one of home.keys()) there.push(one);
      for (const one of there) if (!wanted.has(one)) await home.removeEntry(one).catch(() => {});
    },
    clear: () => top.removeEntry(name, { recursive: true }).catch(() => {}),
  };
}

/** The same in memory, for as long as the page lives. */
export function memoryShelf() {
  let noted = null;
  const parts = new Map();
  return {
    kept: false,
    async sink(part) {
      let blobs = [];
      let pieces = [];
      let held = 0;
      const pack = () => {
        blobs.push(new Blob(pieces));
        [pieces, held] = [[], 0];
      };
      return {
        async write(bytes) {
          pieces.push(bytes.slice());
          held += bytes.length;
          if (held >= PIECE) pack();
        },
        async close() {
          pack();
          parts.set(part, new Blob(blobs));
          blobs = [];
          return parts.get(part);
        },
        async discard() {
          [blobs, pieces] = [[], []];
        },
      };
    },
    part: async (part) => parts.get(part) ?? null,
    journal: async () => noted && JSON.parse(noted),
    async note(value) {
      noted = JSON.stringify(value);
    },
    async keepOnly(names) {
      for (const one of [...parts.keys()]) if (!names.includes(one)) parts.delete(one);
    },
    async clear() {
      noted = null;
      parts.clear();
    },
  };
}

/** Folders of other lots that nobody came back to are gone: their ciphertexts fill the disk. */
async function sweep(top, own, now) {
  const names = [];
  for await (const [name, handle] of top.entries()) if (name !== own && handle.kind === "directory") names.push([name, handle]);
  for (const [name, handle] of names) {
    const journal = await handle
      .getFileHandle(JOURNAL)
      .then((entry) => entry.getFile())
      .catch(() => null);
    if (journal && now - journal.lastModified > KEPT) await top.removeEntry(name, { recursive: true }).catch(() => {});
  }
}

/** Bytes this browser would still take, or Infinity where it does not say. */
export async function roomLeft() {
  const said = await globalThis.navigator?.storage?.estimate?.().catch(() => null);
  return said?.quota ? said.quota - said.usage : Infinity;
}
