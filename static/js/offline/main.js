// The offline sealing tool: a ticket, a key file and files go in, one sealed package comes out. Nothing is sent anywhere:
// the page's policy forbids every connection.
import { loadTicket } from "./ticket.js";
import { keysetFingerprints, memoryShelf, pack, seal } from "../sealing/index.js";
import { digest } from "../sealing/canonical.js";
import { chosenFiles, size } from "../filing/chosen.js";
import { note, offerFields, takeFiles } from "../filing/offer.js";
import { keyChooser } from "../keychooser.js";

const at = (id) => document.getElementById(id);
const shelf = memoryShelf(); // a page opened from a disk has no file system of its own
let ticket = null;
let running = null;

at("ticket").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  try {
    ticket = await loadTicket(await file.text(), JSON.parse(at("platform").textContent));
  } catch (error) {
    note("ticket", TICKET[error.message] ?? TICKET["ticket.damaged"]);
    return;
  }
  note("ticket", "");
  begin();
});

const TICKET = {
  "ticket.damaged": "这不是投标凭据，或者它不完整。",
  "ticket.signature": "投标凭据的签名与本工具内置的平台公钥不符，没有使用。请从平台重新下载凭据和本工具。",
  "ticket.platform": "这一份工具里没有平台的公钥，不能核对凭据。请从交易平台下载。",
};

/** The ticket is good: what it says is shown, and the form is for its lot from now on. */
function begin() {
  const { document: version, keyset } = ticket;
  at("lot-title").textContent = ticket.title;
  at("lot-reference").textContent = ticket.reference;
  at("lot-subject").textContent = `${ticket.subject_name}（${ticket.subject}）`;
  at("lot-version").textContent = `第 ${ticket.version} 版，摘要 ${version.slice(0, 16)}`;
  at("lot-deadline").textContent = ticket.deadline ? `${said(ticket.deadline)}，以平台的钟为准` : "计时暂停";
  at("lot-issued").textContent = said(ticket.issued);
  const prints = keyset && keysetFingerprints(keyset);
  at("lot-guards").textContent = prints
    ? `${prints.members.length} 位受托人中任意 ${keyset.k} 位，密钥集指纹 ${prints.set}`
    : "没有约定受托人，只有本单位的密钥能够打开";
  at("guards").replaceChildren(
    ...(prints?.members ?? []).map(({ name, fingerprint }) => {
      const row = document.createElement("li");
      row.textContent = `${name}　${fingerprint}`;
      return row;
    }),
  );
  for (const [id, words] of Object.entries({ "price-name": ticket.words.offer, "period-name": ticket.words.period, "manager-name": ticket.words.manager })) {
    at(id).textContent = words;
  }
  const root = document.querySelector("[data-key-chooser]");
  Object.assign(root.dataset, { subject: ticket.subject, recipient: ticket.recipient, fingerprint: ticket.fingerprint });
  at("registered").textContent = `登记在册 ${ticket.fingerprint}`;
  at("pick").hidden = true;
  at("work").hidden = false;
  start(root);
}

function said(moment) {
  return new Date(moment).toLocaleString("zh-CN", { dateStyle: "long", timeStyle: "short", timeZone: "Asia/Shanghai" });
}

function start(root) {
  const form = at("sealing");
  const files = chosenFiles(at("file-list"), () => {
    note("files", "");
    offer.draw();
  });
  const chooser = keyChooser(root, () => note("key", ""));
  const words = {
    offerName: ticket.words.offer,
    periodName: ticket.words.period,
    managerNeeded: ticket.words.manager_needed,
    ceiling: ticket.ceiling,
    period: ticket.period,
  };
  const offer = offerFields(words, files, chooser);
  takeFiles(files, () => !running);
  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || event.target.type === "password") return;
    if (!at(`${event.target.id}-error`)?.hidden) note(event.target.id, "");
    offer.draw();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const value = offer.value();
    if (running) return;
    if (!value) {
      offer.focusFault(form);
      return;
    }
    running = new AbortController();
    busy(form, true);
    try {
      await sealAndSave(value, files.all(), chooser.key(), running.signal);
    } catch (error) {
      told(error);
    } finally {
      running = null;
      busy(form, false);
    }
  });
  at("stop").addEventListener("click", () => running?.abort());
  addEventListener("beforeunload", (event) => {
    if (files.all().length && at("saved").hidden) event.preventDefault();
  });
  offer.draw();
}

async function sealAndSave(value, files, key, signal) {
  const { lot, document: version, keyset, countersignatures } = ticket;
  const context = { lot, document: version, purpose: "bid", countersignatures };
  const envelope = await seal(files, value, keyset, key, context, {
    shelf,
    signal,
    onProgress: ({ done, total }) => {
      at("progress").hidden = false;
      at("progress-words").textContent = `正在加密，${size(done)} / ${size(total)}`;
      at("bar").value = Math.round((1000 * done) / (total || 1));
    },
  });
  const name = `投标信封-${ticket.reference.replaceAll("/", "-")}.ggzy`;
  const whole = pack(envelope);
  save(whole, name);
  at("saved-name").textContent = `${name}，${size(whole.size)}`;
  at("saved-print").textContent = digest(JSON.parse(envelope.header));
  at("saved").hidden = false;
  at("saved").scrollIntoView({ block: "center" });
  at("saved").focus();
  at("problem").textContent = "";
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser is still copying; the address is let go when the page is.
}

function told(error) {
  at("progress").hidden = true;
  const file = error.file ? `“${error.file}”` : "有文件";
  const words = {
    AbortError: "已停下，已加密的文件不用再加密，可以继续。",
    "file.changed": `${file}在加密时被改动或者移走了。请移除后重新添加。`,
    "keyset.not_countersigned": "凭据里的受托人密钥没有足够的会签，为安全起见没有加密。请重新下载凭据。",
  };
  at("problem").textContent = words[error.name] ?? words[error.message] ?? `没有封存：${error.message}`;
}

function busy(form, now) {
  at("send").disabled = now;
  at("stop").hidden = !now;
  form.setAttribute("aria-busy", String(now));
  for (const field of form.querySelectorAll("input, [data-key-chooser] button, #file-list button")) field.disabled = now;
}
