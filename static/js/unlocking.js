// Giving the one-time key of one's own envelope: the opening room does it, and the page of a reserve price.
import { unlock } from "../vendor/sealing.js";
import { post, showRefusal } from "./asking.js";
import { keyChooser } from "./keychooser.js";

/**
 * Arms the button inside `place`, whose data name the addresses of the envelope and of the unlocking.
 * `sent(envelope)`: what is posted beside the identity; `used`: the act the right key was used for; `after`: once it is in.
 */
export function armUnlock(place, { sent = () => ({}), used, after }) {
  const chooser = keyChooser(place.querySelector("[data-key-chooser]"));
  const button = document.getElementById("unlock-send");
  const refusal = document.getElementById("unlock-refusal");
  button.addEventListener("click", async () => {
    refusal.replaceChildren();
    const key = chooser.key();
    if (!key) {
      showRefusal(refusal, { message: "", violations: [] }, "先选择密钥。");
      return;
    }
    button.disabled = true;
    try {
      const answer = await fetch(place.dataset.envelope, { headers: { Accept: "application/json" }, redirect: "manual" });
      const envelope = await answer.json().catch(() => ({}));
      if (!answer.ok) throw Object.assign(new Error(`http.${answer.status}`), { violations: envelope.violations ?? [] });
      await post(place.dataset.unlock, { ...sent(envelope), identity: await unlock(envelope, key) });
      after();
    } catch (error) {
      const wrong = error.message === "unlock.wrong_key";
      showRefusal(refusal, error, wrong ? `这把密钥打不开这个信封。请换用${used}时的那一把。` : "没有连上平台，再试一次。");
      button.disabled = false;
    }
  });
}
