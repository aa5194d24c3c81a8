// The browser's module under Node, driven by tests/sealing/test_interop.py: a JSON task a line, an answer a line.
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

let task, sealing;

const bytesOf = (text) => Uint8Array.from(Buffer.from(text, "base64"));

async function keyOf(task) {
  const key = await sealing.loadKeyFile(task.keyfile, task.passphrase ?? "");
  return task.locked ? sealing.withoutExport(key) : key;
}

function fileOf({ name, type, content, shrinks, lastModified }) {
  const blob = new Blob([bytesOf(content)]);
  const stream = () => (shrinks ? blob.slice(1) : blob).stream();
  return { name, type, size: blob.size, lastModified, stream };
}

/** Several tries on one shelf, as a page that dies and is opened again; each tells what it read and what came of it. */
async function tries(task) {
  const shelf = sealing.memoryShelf();
  const told = [];
  for (const turn of task.tries) {
    const read = [];
    const key = await sealing.loadKeyFile(turn.keyfile ?? task.keyfile);
    const files = turn.files.map((file) => {
      const whole = fileOf(file);
      const stream = () => {
        read.push(file.name);
        if (turn.dies_at === file.name) throw new Error("the tab died");
        return whole.stream();
      };
      return file.gone ? { ...whole, stream: undefined } : { ...whole, stream };
    });
    if (turn.lost) await shelf.keepOnly([]);
    try {
      const context = { ...task.context, ...turn.context };
      const made = await sealing.seal(files, turn.offer, turn.keyset ?? task.keyset, key, context, { shelf });
      if (turn.sent) await sealing.markSent(shelf);
      const again = await sealing.sealedOn(shelf);
      const { header, signature, wraps } = again;
      const parts = await Promise.all(again.parts.map(async (part) => Buffer.from(await part.arrayBuffer()).toString("base64")));
      told.push({ read, header, signature, wraps, parts, same: again.id === made.id });
    } catch (error) {
      told.push({ read, error: error.message, file: error.file });
    }
    told.at(-1).journal = JSON.stringify(await shelf.journal());
    told.at(-1).draft = await sealing.draftOn(shelf, key);
  }
  return told;
}

const acts = {
  async ticket() {
    const { loadTicket } = await import(new URL("../../static/js/offline/ticket.js", import.meta.url));
    return loadTicket(task.text, task.platform);
  },
  tries: () => tries(task),
  async repack() {
    const parts = task.parts.map((part) => new Blob([bytesOf(part)]));
    const whole = sealing.pack({ header: task.header, signature: task.signature, wraps: task.wraps, parts });
    const bytes = Buffer.from(await whole.arrayBuffer());
    const { at, by, cut = 0, more = 0 } = task;
    if (at !== undefined) bytes[at < 0 ? bytes.length + at : at] ^= by;
    const file = new Blob([bytes.subarray(0, bytes.length - cut), new Uint8Array(more)]);
    const again = await sealing.unpack(file);
    return { ...again, parts: await Promise.all(again.parts.map(async (part) => Buffer.from(await part.arrayBuffer()).toString("base64"))) };
  },
  async seal() {
    const progress = [];
    const envelope = await sealing.seal(task.files.map(fileOf), task.offer, task.keyset, await keyOf(task), task.context, {
      now: new Date(task.now),
      onProgress: (step) => progress.push(step),
    });
    for (const [number, part] of envelope.parts.entries()) {
      writeFileSync(`${task.folder}/${number}.age`, new Uint8Array(await part.arrayBuffer()));
    }
    const { header, signature, wraps, parts } = envelope;
    return { header, signature, wraps, parts: parts.length, progress: progress.at(-1) ?? null };
  },
  unlock: async () => sealing.unlock(task.envelope, await keyOf(task)),
  async generate() {
    const key = await sealing.generateKey(task.subject);
    const text = await sealing.dumpKeyFile(key, task.passphrase ?? "", { workFactor: 12 }); // 18 is seconds
    const again = await sealing.loadKeyFile(text, task.passphrase ?? "");
    return { text, fingerprint: key.fingerprint, again: again.fingerprint, protected: sealing.isProtected(text) };
  },
  faults: async () => sealing.keysetFaults(task.keyset, task.lot),
  fingerprints: async () => sealing.keysetFingerprints(task.keyset),
  canonical: async () => task.values.map((value) => Buffer.from(sealing.canonical(value)).toString("hex")),
  buckets: async () => task.sizes.map(sealing.bucket),
};

for await (const line of createInterface({ input: process.stdin })) {
  task = JSON.parse(line);
  sealing = await import(pathToFileURL(task.module));
  let told;
  try {
    told = { answer: await acts[task.act]() };
  } catch (error) {
    told = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
