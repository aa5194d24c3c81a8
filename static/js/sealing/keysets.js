// The lot's key set, judged here and not by the server: real keys of real trustees, bound to this lot alone.
import { digest } from "./canonical.js";
import { fingerprint } from "./keys.js";
import { verified } from "./signing.js";

const INSIDERS = new Set(["initiator", "agency", "own_centre", "operator"]);
const ROLES = new Set([...INSIDERS, "notary", "ca", "other_centre"]);

/** Whether a key set of this name is one of the lot's: the first, or a later one that replaced a trustee. */
function guards(name, lot) {
  return name === lot || (name.startsWith(lot) && /^#keys-([2-9]|[1-9][0-9]{1,3})$/.test(name.slice(lot.length)));
}

/** Every reason not to seal to this set; empty means its members published these keys. */
export function keysetFaults(keyset, lot) {
  try {
    const { members, k } = keyset;
    const found = [];
    if (keyset.format !== "ggzy-keyset/1") found.push("format");
    if (!guards(keyset.lot, lot)) found.push("lot");
    if (!Number.isInteger(k) || k < 2 || members.length < k) found.push("k");
    if (!members.every((member) => ROLES.has(member.role))) found.push("role");
    if (members.filter((member) => INSIDERS.has(member.role)).length >= k) found.push("insiders");
    for (const name of ["subject", "recipient", "signing_key"]) {
      if (new Set(members.map((member) => member[name])).size !== members.length) found.push(`${name}.doubled`);
    }
    members.forEach((member, number) => {
      const value = { serial: member.serial, recipient: member.recipient };
      if (!verified(member.signing_key, "ggzy-trustee-lot-key/1", value, member.proof)) found.push(`member.${number}`);
    });
    return found;
  } catch {
    return ["malformed"];
  }
}

/** Whether so many members countersigned that the rest cannot reach k. `signatures` by trustee id. */
export function isBound(keyset, signatures) {
  const signed = keyset.members.filter((member) =>
    verified(member.signing_key, "ggzy-keyset-countersign/1", keyset, signatures[member.trustee] ?? ""),
  );
  return signed.length >= keyset.members.length - keyset.k + 1;
}

/** The digest that every envelope for the lot carries. */
export function setHash(keyset) {
  return digest(keyset);
}

/** What the notice prints for the set and for each member. */
export function keysetFingerprints(keyset) {
  const members = keyset.members.map((member) => ({
    name: member.name,
    fingerprint: fingerprint({ ed25519: member.signing_key }),
  }));
  return { set: fingerprint({ keyset: setHash(keyset) }), members };
}

/** Every k-subset of member numbers in lexicographic order. */
export function subsets(keyset) {
  const found = [];
  const choose = (from, chosen) => {
    if (chosen.length === keyset.k) found.push(chosen);
    else for (let next = from; next < keyset.members.length; next += 1) choose(next + 1, [...chosen, next]);
  };
  choose(0, []);
  return found;
}
