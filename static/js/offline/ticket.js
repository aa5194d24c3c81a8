// The filing ticket: what the offline tool must know of a lot, signed by the platform. Format: docs/envelopes.md.
import { verified } from "../sealing/signing.js";

const CONTEXT = "ggzy-filing-ticket/1";
const TEXTS = ["lot", "reference", "title", "document", "subject", "subject_name", "recipient", "fingerprint", "issued"];

/**
 * The ticket in a file's text, its signature checked.
 *
 * @param platform {keys: [hex]}: the platform's keys as they were built into this page.
 * Throws Error("ticket.platform") where the page knows no key, Error("ticket.damaged"), Error("ticket.signature").
 */
export async function loadTicket(text, platform) {
  if (!platform.keys?.length) throw new Error("ticket.platform");
  let ticket, signature;
  try {
    ({ ticket, signature } = JSON.parse(text));
    const shaped = ticket.format === CONTEXT && TEXTS.every((name) => typeof ticket[name] === "string");
    if (!shaped || typeof ticket.words.offer !== "string") throw new Error("shape");
  } catch {
    throw new Error("ticket.damaged");
  }
  if (!platform.keys.some((key) => verified(key, CONTEXT, ticket, signature))) throw new Error("ticket.signature");
  return ticket;
}
