// Which key: the one this browser keeps, one out of a file, in the demo the invented person's own. No key leaves the page.
import { isProtected, keptKeys, loadKeyFile } from "../vendor/sealing.js";

/**
 * Bring a `data-key-chooser` element to life.
 *
 * @param root the element; data-subject and data-recipient say which key is asked for.
 * @param changed called whenever another key was chosen.
 * @returns {key()}: the key, or null while none was chosen.
 */
export function keyChooser(root, changed = () => {}) {
  const find = (name) => root.querySelector(`[data-key-${name}]`);
  const status = find("status");
  const secret = find("secret");
  const wanted = root.dataset;
  let chosen = null;
  let waiting = "";

  function say(words) {
    status.textContent = words;
  }

  function take(key, from) {
    if (key.subject !== wanted.subject || (wanted.recipient && key.recipient !== wanted.recipient)) {
      chosen = null;
      say(`${from}的指纹是 ${key.fingerprint}，不是这里要用的那一把${wanted.fingerprint ? `（${wanted.fingerprint}）` : ""}。请另选。`);
    } else {
      chosen = key;
      say(`将使用${from}，指纹 ${key.fingerprint}。`);
    }
    changed();
  }

  async function open(text, from, passphrase = "") {
    try {
      take(await loadKeyFile(text, passphrase), from);
      waiting = "";
      secret.hidden = true;
    } catch (error) {
      const wrong = error.message === "keyfile.passphrase";
      say(wrong ? "口令不对，密钥文件没有打开。" : `${from}不是密钥文件，或者已经损坏。`);
      if (wrong) secret.hidden = false;
    }
  }

  find("file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const text = file.size < 100_000 ? await file.text() : "";
    event.target.value = "";
    if (isProtected(text)) {
      waiting = text;
      secret.hidden = false;
      say("这个密钥文件设有口令。");
      find("passphrase").focus();
    } else await open(text, "密钥文件");
  });
  const unlock = () => open(waiting, "密钥文件", find("passphrase").value).then(() => (find("passphrase").value = ""));
  find("open").addEventListener("click", unlock);
  find("passphrase").addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      unlock();
    }
  });
  find("demo")?.addEventListener("click", async (event) => {
    const answer = await fetch(event.currentTarget.dataset.keyDemo, { credentials: "same-origin", redirect: "manual" });
    if (answer.ok) await open(await answer.text(), "演示密钥");
    else say("这个身份没有演示密钥。");
  });

  const none = () => say("本浏览器没有保存要用的密钥，请选择密钥文件。");
  keptKeys(wanted.subject).then((kept) => {
    if (chosen) return;
    const fitting = kept.find((key) => !wanted.recipient || key.recipient === wanted.recipient);
    if (fitting) take(fitting, "本浏览器保存的密钥");
    else none();
  }, none);

  return { key: () => chosen };
}
