// What pages use. Bundled with its libraries into static/vendor/sealing.js by platform_site/sealing/browser/build.mjs.
export { canonical, digest } from "./canonical.js";
export {
  downloadKeyFile,
  dumpKeyFile,
  fingerprint,
  forgetKey,
  generateKey,
  isProtected,
  keepKey,
  keptKeys,
  loadKeyFile,
  withoutExport,
} from "./keys.js";
export { isBound, keysetFaults, keysetFingerprints, setHash, subsets } from "./keysets.js";
export { newNonce, nonceCommitment, sealNonce } from "./nonces.js";
export { bucket, frame, paddedSize } from "./padding.js";
export { seal, unlock } from "./seal.js";
export { sign, verified } from "./signing.js";
export { clearSinks } from "./sinks.js";
export { upload } from "./upload.js";
