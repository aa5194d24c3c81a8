// The page 密钥: a pair is made here, its file saved, and only then may its public halves be registered.
import { downloadKeyFile, generateKey, keepKey, sign } from "../vendor/sealing.js";

const form = document.getElementById("new-key");
if (form) {
  const status = document.getElementById("key-status");
  const make = form.querySelector('[data-step="make"]');
  const register = form.querySelector('[data-step="register"]');

  make.addEventListener("click", async () => {
    make.disabled = true;
    try {
      const key = await generateKey(form.dataset.subject);
      const value = { subject: key.subject, ...key.public };
      form.elements.recipient.value = key.recipient;
      form.elements.verify_key.value = key.publicKey;
      form.elements.proof.value = await sign(key, form.dataset.proofContext, value);
      await downloadKeyFile(key, form.elements.passphrase.value);
      const kept = await keepKey(key);
      status.textContent =
        `已生成，指纹 ${key.fingerprint}。` +
        (kept ? "本浏览器也存了一份，只能使用，不能导出。" : "本浏览器不能代存，以后每次使用时选择密钥文件。") +
        "确认密钥文件已经保存，再登记公钥。";
      register.disabled = false;
      register.focus();
    } catch (error) {
      status.textContent = `没有生成：${error.message}。换用较新的浏览器。`;
      make.disabled = false;
    } finally {
      form.elements.passphrase.value = "";
    }
  });
}
