// 联合体: the members' codes and the agreement's digest stand outside the envelope, everything else inside.

/**
 * The part of the filing form that names a consortium.
 *
 * @param root  the <details> that holds it, or null where the lot takes none.
 * @param said  the form's data attributes.
 * @param note  (name, words) => whether there are none.
 * @param changed called when another agreement is chosen.
 * @returns {good(), said(), restore(draft)}: whether what is typed is whole; {file, inside, outside} or null for a
 *          bidder alone; the draft's other files, once its consortium stands in the form.
 */
export function consortiumForm(root, said, note, changed) {
  if (!root) return { good: () => true, said: async () => null, restore: (draft) => draft.files };
  const input = root.querySelector("#agreement");
  const rows = [...root.querySelectorAll("[data-party]")];
  const field = (row, name) => row.querySelector(`[data-name="${name}"]`);
  let kept = null; // the agreement of an earlier visit, whose ciphertext waits on the shelf

  input.addEventListener("change", () => {
    kept = null;
    note("agreement", "");
    changed();
  });

  function ratings(text) {
    const parts = text.split(/[；;]/).map((part) => part.trim().split(/\s+/));
    return parts
      .filter(([first]) => first)
      .map((words) => (words.length > 1 ? { speciality: words.slice(0, -1).join(""), level: words.at(-1) } : { speciality: words[0], level: "" }));
  }

  /** Leader and members as typed; null where nobody but the bidder is named. */
  function parties() {
    const typed = rows.map((row, place) => ({
      code: place ? field(row, "code").value.trim().toUpperCase() : said.subject,
      name: place ? field(row, "name").value.trim() : said.subjectName,
      work: field(row, "work").value.trim(),
      ratings: ratings(field(row, "ratings").value),
    }));
    const members = typed.slice(1).filter((one) => one.code || one.name || one.work || one.ratings.length);
    return members.length ? [typed[0], ...members] : null;
  }

  function fault(named) {
    if (named.slice(1).some((one) => !/^[0-9A-Z]{18}$/.test(one.code) || !one.name)) return "写明每个成员的 18 位统一社会信用代码和名称";
    if (new Set(named.map((one) => one.code)).size < named.length) return "同一单位只填写一次";
    return named.some((one) => !one.work) ? "写明每一方承担的工作" : "";
  }

  async function digestOf(file) {
    if (kept) return kept.made.plain.sha256;
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  return {
    good() {
      const named = parties();
      const chosen = kept || input.files.length;
      if (!named) return [note("consortium", ""), note("agreement", chosen ? "填写成员，或者去掉协议" : "")].every(Boolean);
      return [note("consortium", fault(named)), note("agreement", chosen ? "" : "联合体应当提交共同投标协议")].every(Boolean);
    },
    async said() {
      const members = parties();
      if (!members) return null;
      const file = kept ?? input.files[0];
      const agreement = await digestOf(file);
      const codes = members.slice(1).map((one) => one.code);
      return { file, inside: { members, agreement }, outside: { members: codes.sort(), agreement } };
    },
    restore(draft) {
      const inside = draft.offer.consortium;
      if (!inside) return draft.files;
      root.open = true;
      kept = draft.files.find((file) => file.made?.plain.sha256 === inside.agreement) ?? null;
      for (const [place, one] of inside.members.slice(0, rows.length).entries()) {
        const text = one.ratings.map((row) => `${row.speciality} ${row.level}`.trim()).join("；");
        for (const [name, value] of Object.entries({ code: one.code, name: one.name, work: one.work, ratings: text })) {
          const at = field(rows[place], name);
          if (at) at.value = value;
        }
      }
      return draft.files.filter((file) => file !== kept);
    },
  };
}
