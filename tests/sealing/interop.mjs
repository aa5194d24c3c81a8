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

function fileOf({ name, type, content, shrinks }) {
  const blob = new Blob([bytesOf(content)]);
  const stream = () => (shrinks ? blob.slice(1) : blob).stream();
  return { name, type, size: blob.size, stream };
}

const acts = {
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
