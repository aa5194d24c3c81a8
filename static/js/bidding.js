// Filing: what is typed and chosen here is sealed here. Only ciphertext, digests and signatures go out.
import { draftOn, openShelf, sealedOn, shelfName, unpack } from "../vendor/sealing.js";
import { showRefusal } from "./asking.js";
import { chosenFiles, size } from "./filing/chosen.js";
import { consortiumForm } from "./filing/consortium.js";
import { alone, deliver, sealed } from "./filing/delivery.js";
import { earlierOn, sealable } from "./filing/earlier.js";
import { note, offerFields, takeFiles } from "./filing/offer.js";
import { keyChooser } from "./keychooser.js";

// After these the portal holds nothing that a new try could go on with: the envelope is made anew.
const SPOILT = new Set(["envelope.refused", "upload.digest", "upload.differs", "upload.not_sealed", "upload.key_reused", "part.gone"]);

const form = document.getElementById("filing");
if (form) start();

function start() {
  const at = (id) => document.getElementById(id);
  const said = form.dataset;
  const born = performance.now();
  const server = Date.parse(document.documentElement.dataset.now);
  // The server's time, counted on: a wrong clock of this machine changes nothing.
  const now = () => new Date(server + performance.now() - born);
  const name = shelfName(said.lot, said.subject);
  const chooserRoot = form.querySelector("[data-key-chooser]");
  let shelf = null;
  const ready = openShelf(name, { now: now() }).then((found) => (shelf = found));
  let known = null; // id of the sealed envelope that says what the form says; a retry goes on where it stopped
  let standing = said.standing;
  let running = null;
  let changed = false;
  let done = false;

  const files = chosenFiles(at("file-list"), () => {
    edited();
    note("files", "");
    offer.draw();
  });
  const together = consortiumForm(at("consortium"), said, note, () => edited());
  const chooser = keyChooser(chooserRoot, () => {
    note("key", "");
    restore();
    offer.draw();
  });

  const offer = offerFields(said, files, chooser, together.good);

  function edited() {
    changed = true;
    if (known) at("send").textContent = "封存并递交";
    known = null;
  }

  // -- what is typed ---------------------------------------------------------------------------------------------------

  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || event.target.type === "password") return;
    edited();
    const named = event.target.closest("[data-party]") ? "consortium" : event.target.id;
    if (at(`${named}-error`)?.hidden === false) note(named, "");
    offer.draw();
  });

  takeFiles(files, () => !running);

  // -- what an earlier visit left ----------------------------------------------------------------------------------------

  async function look() {
    await ready;
    const found = await earlierOn(shelf, said, chooserRoot.dataset.recipient);
    at("earlier").hidden = found.kind === "none";
    at("earlier-title").textContent = found.title ?? "";
    at("earlier-words").textContent = found.words ?? "";
    // The form's own button goes on with what the form says.
    at("earlier-go").hidden = !found.may || found.id === known;
    at("send").textContent = known ? "继续递交" : "封存并递交";
    return found;
  }

  /** What was typed and chosen comes back, once its key is here and as long as nothing else was typed. */
  async function restore() {
    const key = chooser.key();
    if (!key || changed || running) return;
    await ready;
    const draft = await draftOn(shelf, key);
    if (!draft || changed || running) return;
    offer.fill(draft.offer);
    files.restore(together.restore(draft));
    known = (await sealedOn(shelf))?.id ?? null;
    offer.draw();
    await look();
  }

  at("earlier-go").addEventListener("click", () =>
    run(async (signal) => {
      const envelope = await sealedOn(shelf);
      if (!envelope) throw new Error("part.gone");
      return deliver(said, envelope, { shelf, standing, signal, progress });
    }),
  );
  at("earlier-drop").addEventListener("click", async () => {
    try {
      await alone(name, () => shelf.clear());
      known = null;
      files.restore(files.all().filter((file) => file.stream));
      offer.draw();
      await look();
    } catch (error) {
      failed(error);
    }
  });

  // -- an envelope of the offline tool -------------------------------------------------------------------------------------

  let packed = null;
  at("package").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    packed = await unpack(file).catch(() => null);
    const fault = packedFault();
    note("package", fault);
    if (fault) packed = null;
    at("package-send").hidden = !packed;
    const count = packed && JSON.parse(packed.header).parts.length;
    at("package-words").textContent = packed ? `${file.name}，${count} 个文件，${size(file.size)}。` : "";
  });

  function packedFault() {
    if (!packed) return "这不是离线封装工具存下的信封文件，或者它不完整。";
    const header = JSON.parse(packed.header);
    if (header.lot !== said.lot) return "这个信封是为别的标段封存的。";
    if (header.subject !== said.subject) return "这个信封是别的单位封存的。";
    if (!sealable(header.trustee_set, said)) return "信封锁给的受托人与公告不符，请用最新的投标凭据重新封存。";
    if (header.owner !== chooserRoot.dataset.recipient) return "信封不是用登记在册的密钥封存的，请用它重新封存。";
    return "";
  }

  at("package-send").addEventListener("click", () =>
    run((signal) => deliver(said, packed, { shelf: null, standing, signal, progress })),
  );

  // -- sealing and sending -------------------------------------------------------------------------------------------------

  function progress(words, share) {
    at("progress").hidden = false;
    at("progress-words").textContent = words;
    at("bar").value = Math.round(1000 * share);
  }

  function busy(now) {
    at("send").disabled = now;
    at("stop").hidden = !now;
    form.setAttribute("aria-busy", String(now));
    const fields = "input, [data-key-chooser] button, #file-list button, #earlier button, #package-send";
    for (const field of form.querySelectorAll(fields)) field.disabled = now;
  }

  async function run(act) {
    if (running) return;
    at("filing-refusal").replaceChildren();
    running = new AbortController();
    busy(true);
    try {
      await ready;
      const { receipt } = await alone(name, () => act(running.signal));
      progress("已收到，正在打开回执", 1);
      done = true;
      await shelf.clear();
      location.assign(receipt);
    } catch (error) {
      busy(false);
      at("progress").hidden = true;
      await failed(error);
    } finally {
      running = null;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) return;
    const value = offer.value();
    if (!value) {
      offer.focusFault(form);
      return;
    }
    // Otherwise a browser short of room may throw away what waits here.
    navigator.storage?.persist?.().catch(() => {});
    run(async (signal) => {
      const named = await together.said();
      const whole = named ? { ...value, consortium: named.inside } : value;
      const doing = { shelf, key: chooser.key(), known, now: now(), signal, progress, consortium: named?.outside };
      const envelope = await sealed(said, whole, named ? [...files.all(), named.file] : files.all(), doing);
      known = envelope.id;
      return deliver(said, envelope, { shelf, standing, signal, progress });
    });
  });

  async function failed(error) {
    const place = at("filing-refusal");
    const other = error.violations?.find((one) => one.code === "bid.other_window");
    if (other) standing = other.facts.bid;
    if (SPOILT.has(error.message)) {
      known = null;
      await shelf.clear();
      files.restore(files.all().map((file) => (file.stream ? file : { ...file, made: null })));
      offer.draw();
    }
    await look();
    const file = error.file ? `“${error.file}”` : "有文件";
    if (error.name === "AbortError") {
      showRefusal(place, { message: "", violations: [] }, "已停下。填写的内容、已加密和已上传的部分都保留着，可以继续。");
    } else if (error.message === "filing.other_window") {
      showRefusal(place, error, "另一个窗口正在加密或者递交这个标段的文件。请到那个窗口继续，或者等它办完。");
    } else if (error.message.startsWith("keyset.")) {
      showRefusal(place, error, "受托人的密钥与公告不符，为安全起见没有加密。请与公告上的指纹对照，并向监督部门反映。");
    } else if (error.message === "storage.full") {
      const left = Number.isFinite(error.left) ? `，现在可用 ${size(Math.max(0, error.left))}` : "";
      showRefusal(place, error, `本机给浏览器的存储空间不够。还需要 ${size(error.needed)}${left}。清理磁盘以后继续，已加密的文件不用再加密；也可以换一台电脑，或者用离线封装工具。`);
    } else if (error.message === "server.full") {
      showRefusal(place, error, "");
    } else if (error.message === "file.missing") {
      showRefusal(place, error, `${file}还没有加密。请重新添加，或者移除。`);
    } else if (error.message === "part.gone") {
      showRefusal(place, error, "封存好的密文不在了。可能是另一个窗口已经丢弃，或者信封文件被移走，请重新封存。");
    } else if (error.message === "file.changed") {
      showRefusal(place, error, `${file}在加密时被改动或者移走了。请移除后重新添加，其余文件不用再加密。`);
    } else if (SPOILT.has(error.message)) {
      showRefusal(place, error, "平台没有接收，请再按一次递交，重新加密。");
    } else {
      showRefusal(place, error, "没有连上平台。填写的内容、已加密和已上传的部分都保留着，恢复连接后继续。");
    }
  }

  at("stop").addEventListener("click", () => running?.abort());
  addEventListener("beforeunload", (event) => {
    if (!done && (changed || running)) event.preventDefault();
  });
  offer.draw();
  look().then(restore);
}
