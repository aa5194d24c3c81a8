// One JSON task on standard input, one answer on standard output: what the desk's page does with a nonce.
import { readFileSync } from "node:fs";

const { module, draw, role, keyset } = JSON.parse(readFileSync(0, "utf8"));
const { newNonce, nonceCommitment, sealNonce } = await import(module);
const nonce = newNonce();
try {
  const sealed = await sealNonce(nonce, keyset, `draw:${draw}`);
  console.log(JSON.stringify({ nonce, commitment: nonceCommitment(draw, role, nonce), sealed }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
}
