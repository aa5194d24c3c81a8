// What an earlier visit left in this browser, said in words: an envelope not yet sent, or one half made.
import { digest, sealedOn } from "../../vendor/sealing.js";
import { size } from "./chosen.js";

/** Whether the portal takes an envelope sealed to this set: the one in force, or one before a trustee was replaced. */
export function sealable(set, said) {
  return set === said.keysetHash || (said.keysetFormer ?? "").split(" ").filter(Boolean).includes(set);
}

/** Why the envelope cannot be sent any more, or "". `said` is the form's data, `recipient` the registered key. */
function stale(journal, said, recipient) {
  if (journal.owner !== recipient) return "密钥已经更换，它不能再递交，请重新封存。";
  if (!sealable(journal.trustee_set, said)) return "受托人的密钥已经更换，它不能再递交，请重新封存。";
  return "";
}

/**
 * {kind: "none" | "sealing" | "sealed", id, title, words, may}: what to say about the shelf, and whether it may be sent.
 *
 * An envelope that stands at the portal already (the answer was lost, the tab died) is cleared away here.
 */
export async function earlierOn(shelf, said, recipient) {
  const journal = await shelf.journal();
  if (!journal) return { kind: "none" };
  const envelope = await sealedOn(shelf);
  if (!envelope) {
    const { all = 0, made = 0 } = journal.files ?? {};
    // What is half made goes on under the set it was begun for only; another begins anew.
    const fits = !stale(journal, said, recipient) && journal.trustee_set === said.keysetHash;
    if (!fits) await shelf.clear();
    if (!fits) return { kind: "none" };
    return {
      kind: "sealing",
      title: "上次加密中断了",
      words: `${all} 个文件中 ${made} 个已经加密，保存在本浏览器里。选好密钥，填写的内容就恢复；只需重新添加还没有加密的文件。`,
    };
  }
  const header = JSON.parse(envelope.header);
  const mark = digest(header);
  if (mark === said.standingDigest) {
    await shelf.clear();
    return { kind: "none" };
  }
  const bytes = envelope.parts.reduce((sum, part) => sum + part.size, 0);
  const at = new Date(header.created).toLocaleString("zh-CN", { dateStyle: "long", timeStyle: "short", timeZone: "Asia/Shanghai" });
  const why = stale(journal, said, recipient);
  const older = header.document === said.document ? "" : "它答复的是较早的一版，建议重新封存。";
  return {
    kind: "sealed",
    id: envelope.id,
    title: "有一份已经封存、还没有递交的文件",
    words: `${at} 封存，${header.parts.length} 个文件，密文 ${size(bytes)}，信封指纹 ${mark.slice(0, 16)}。${why || `继续递交不用密钥，也不用重新加密，已上传的部分不再上传。${older}`}`,
    may: !why,
  };
}
