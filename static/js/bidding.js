// Filing: what is typed and chosen here is sealed here. Only ciphertext, digests and signatures go out.
import { clearSinks, keysetFingerprints, seal, setHash, upload } from "../vendor/sealing.js";
import { csrf, post, showRefusal } from "./asking.js";
import { amountOf, capitals, grouped } from "./capitals.js";
import { keyChooser } from "./keychooser.js";

const MOST_FILES = 500; // as platform_site/sealing/envelope.py counts parts

const form = document.getElementById("filing");
if (form) start();

function start() {
  const at = (id) => document.getElementById(id);
  const said = form.dataset;
  const born = performance.now();
  const server = Date.parse(document.documentElement.dataset.now);
  let files = [];
  let envelope = null; // sealed once, kept until something typed changes: a retry goes on where it stopped
  let standing = said.standing;
  let running = null;
  let changed = false;
  let done = false;

  const chooser = keyChooser(form.querySelector("[data-key-chooser]"), () => {
    envelope = null;
    note("key", "");
    draw();
  });

  // -- what is typed ---------------------------------------------------------------------------------------------------

  function note(name, words) {
    const line = at(`${name}-error`);
    line.hidden = !words;
    line.textContent = words;
    at(name)?.setAttribute("aria-invalid", String(Boolean(words)));
    at(name)?.classList.toggle("is-bad", Boolean(words));
    return !words;
  }

  function warn(name, words) {
    at(`${name}-warn`).hidden = !words;
    at(`${name}-warn`).textContent = words;
  }

  function days() {
    const text = at("period").value.trim().replace(/[０-９]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
    return /^\d{1,5}$/.test(text) && Number(text) > 0 ? Number(text) : null;
  }

  function offer() {
    const price = amountOf(at("price").value);
    const manager = at("manager").value.trim();
    const quality = at("quality").value.trim();
    const good = [
      note("price", price ? "" : `填写${said.offerName}，单位为元，最多两位小数`),
      note("period", days() ? "" : `填写${said.periodName}，整数，单位为日历天`),
      note("quality", quality ? "" : "填写质量标准"),
      note("manager", manager || !said.managerNeeded ? "" : "填写姓名"),
      note("files", !files.length ? "至少添加一个文件" : files.length > MOST_FILES ? `最多 ${MOST_FILES} 个文件，请先打包` : ""),
      note("key", chooser.key() ? "" : "先选择密钥"),
    ];
    if (good.includes(false)) return null;
    const whole = { price_cny: price, period_days: days(), quality };
    return manager ? { ...whole, manager } : whole;
  }

  function compare(a, b) {
    const [x, y] = [a, b].map((text) => text.split(".").map((part, place) => part.padStart(place ? 2 : 20, "0")).join("."));
    return x < y ? -1 : x > y ? 1 : 0;
  }

  function draw() {
    const price = amountOf(at("price").value);
    at("price-capitals").textContent = price ? capitals(price) : "人民币大写在填写后显示";
    const over = price && said.ceiling && compare(price, said.ceiling) > 0;
    warn("price", over ? `高于最高投标限价 ${grouped(said.ceiling)} 元，评标时将被否决。` : "");
    const long = days() && said.period && days() > Number(said.period);
    warn("period", long ? `长于文件要求的 ${said.period} 日历天，可能被否决。` : "");
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    at("files-total").textContent = files.length ? `${files.length} 个文件，${size(bytes)}` : "";
    at("summary").textContent = price
      ? `${said.offerName} ${grouped(price)} 元，${capitals(price)}；${files.length} 个文件，${size(bytes)}。`
      : "填写以后在这里核对。";
  }

  function size(bytes) {
    return bytes >= 1e6 ? `${(bytes / 1e6).toLocaleString("zh-CN", { maximumFractionDigits: 1 })} MB` : `${Math.ceil(bytes / 1000)} KB`;
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || event.target.type === "password") return;
    changed = true;
    envelope = null;
    if (!at(`${event.target.id}-error`)?.hidden) note(event.target.id, "");
    draw();
  });

  // -- files -------------------------------------------------------------------------------------------------------------

  function add(more) {
    for (const file of more) {
      if (!files.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified)) {
        files.push(file);
      }
    }
    settle();
  }

  function settle() {
    changed = true;
    envelope = null;
    note("files", "");
    at("file-list").replaceChildren(
      ...files.map((file, place) => {
        const row = document.createElement("li");
        const name = document.createElement("span");
        name.textContent = file.name;
        const bytes = document.createElement("span");
        bytes.className = "gz-cap gz-num";
        bytes.textContent = size(file.size);
        const drop = document.createElement("button");
        drop.type = "button";
        drop.className = "btn btn-sm";
        drop.textContent = "移除";
        drop.setAttribute("aria-label", `移除 ${file.name}`);
        drop.addEventListener("click", () => {
          files = files.filter((_, other) => other !== place);
          settle();
        });
        row.append(name, bytes, drop);
        return row;
      }),
    );
    draw();
  }

  at("files").addEventListener("change", (event) => {
    add(event.target.files);
    event.target.value = "";
  });
  at("drop").addEventListener("dragover", (event) => event.preventDefault());
  at("drop").addEventListener("drop", (event) => {
    event.preventDefault();
    if (!running) add(event.dataTransfer.files);
  });

  // -- sealing and sending -------------------------------------------------------------------------------------------------

  function progress(words, share) {
    at("progress").hidden = false;
    at("progress-words").textContent = words;
    at("bar").value = Math.round(1000 * share);
  }

  /** The lot's key set as the notice promised it; null where the lot runs bidder-only. */
  async function keysOfLot(signal) {
    if (!said.keysetHash) return { keyset: null, countersignatures: {} };
    const answer = await fetch(said.keyset, { headers: { Accept: "application/json" }, signal });
    if (!answer.ok) throw new Error(`http.${answer.status}`);
    const status = await answer.json();
    if (setHash(status.keyset) !== said.keysetHash) throw new Error("keyset.hash");
    return status;
  }

  async function sealed(value, signal) {
    if (envelope) return envelope;
    const { keyset, countersignatures } = await keysOfLot(signal);
    const context = { lot: said.lot, document: said.document, purpose: "bid", countersignatures };
    const made = await seal(files, value, keyset, chooser.key(), context, {
      // The server's time, counted on: a wrong clock of this machine changes nothing.
      now: new Date(server + performance.now() - born),
      signal,
      onProgress: ({ done: bytes, total }) => progress(`正在加密，${size(bytes)} / ${size(total)}`, (bytes / total) * 0.4),
    });
    envelope = { made, key: crypto.randomUUID(), fingerprint: keyset ? keysetFingerprints(keyset).set : "" };
    return envelope;
  }

  async function file(value, signal) {
    const { made, key } = await sealed(value, signal);
    const header = JSON.parse(made.header);
    const uploads = await upload(made.parts, [header.manifest, ...header.parts], {
      begin: said.begin,
      chunks: said.chunks,
      get csrf() {
        return csrf();
      },
      signal,
      onProgress: ({ done: bytes, total }) => progress(`正在上传密文，${size(bytes)} / ${size(total)}`, 0.4 + (bytes / total) * 0.55),
    });
    progress("正在递交，等待回执", 0.97);
    const { header: text, signature, wraps } = made;
    return post(said.send, { header: text, signature, wraps, uploads, key, subject: said.subject, standing }, { signal });
  }

  function busy(now) {
    at("send").disabled = now;
    at("stop").hidden = !now;
    form.setAttribute("aria-busy", String(now));
    for (const field of form.querySelectorAll("input, [data-key-chooser] button, #file-list button")) field.disabled = now;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    at("filing-refusal").replaceChildren();
    const value = offer();
    if (!value) {
      const bad = form.querySelector(".is-bad, .gz-field-error:not([hidden])");
      (bad?.matches("input") ? bad : (bad?.closest("section")?.querySelector("input:not([hidden])") ?? bad))?.focus();
      bad?.scrollIntoView({ block: "center" });
      return;
    }
    running = new AbortController();
    busy(true);
    try {
      const { receipt } = await file(value, running.signal);
      progress("已收到，正在打开回执", 1);
      done = true;
      await clearSinks();
      location.assign(receipt);
    } catch (error) {
      busy(false);
      at("progress").hidden = true;
      failed(error);
    } finally {
      running = null;
    }
  });

  function failed(error) {
    const place = at("filing-refusal");
    const other = error.violations?.find((one) => one.code === "bid.other_window");
    if (other) standing = other.facts.bid;
    at("send").textContent = envelope ? "继续递交" : "封存并递交";
    if (error.name === "AbortError") {
      showRefusal(place, { message: "", violations: [] }, "已停下。填写的内容和已上传的部分都保留着，可以继续。");
    } else if (error.message.startsWith("keyset.")) {
      envelope = null;
      showRefusal(place, error, "受托人的密钥与公告不符，为安全起见没有加密。请与公告上的指纹对照，并向监督部门反映。");
    } else if (error.message === "file.changed" || error.name === "NotReadableError" || error.name === "NotFoundError") {
      envelope = null;
      showRefusal(place, error, "有文件在加密时被改动或者移走了。请移除后重新添加。");
    } else if (error.message === "envelope.refused" || error.message.startsWith("upload.")) {
      envelope = null;
      showRefusal(place, error, "平台没有接收，请再按一次递交，重新加密。");
    } else {
      showRefusal(place, error, "没有连上平台。填写的内容和已上传的部分都保留着，恢复连接后继续。");
    }
  }

  at("stop").addEventListener("click", () => running?.abort());
  addEventListener("beforeunload", (event) => {
    if (!done && (changed || running)) event.preventDefault();
  });
  draw();
}
