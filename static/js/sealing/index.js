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
export { bucket, frame, LARGEST, paddedSize } from "./padding.js";
export { pack, unpack } from "./package.js";
export { draftOn, markSent, seal, sealedOn, unlock } from "./seal.js";
export { memoryShelf, openShelf, roomLeft, shelfName } from "./shelf.js";
export { sign, verified } from "./signing.js";
export { upload } from "./upload.js";
