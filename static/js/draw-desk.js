// The draw desk: the nonce is made here, kept here, and leaves this browser only sealed, until it is revealed.
import { newNonce, nonceCommitment, sealNonce } from "../vendor/sealing.js";

const commit = document.getElementById("nonce-commit");
if (commit) {
  // A lot's factor is sealed to the lot's own key set, and nobody keeps its nonce: the trustees' keys open it.
  const { draw, role, lot } = commit.dataset;
  const status = document.getElementById("nonce-status");
  const make = commit.querySelector('[data-step="make"]');
  const send = commit.querySelector('[data-step="commit"]');
  make.addEventListener("click", async () => {
    make.disabled = true;
    try {
      const nonce = newNonce();
      const keyset = JSON.parse(document.getElementById("keyset").textContent);
      commit.elements.commitment.value = nonceCommitment(draw, role, nonce);
      commit.elements.sealed_nonce.value = JSON.stringify(await sealNonce(nonce, keyset, lot || `draw:${draw}`));
      const made = `已生成并封存，承诺值 ${commit.elements.commitment.value.slice(0, 16)}…。`;
      if (!lot) localStorage.setItem(`draw-nonce:${draw}:${role}`, nonce);
      status.textContent = lot ? `${made}随机数没有保留。` : `${made}随机数留在本浏览器：${nonce}。请另行抄存，公开时需要。`;
      send.disabled = false;
      send.focus();
    } catch (error) {
      status.textContent = `没有生成：${error.message}。换用较新的浏览器再试。`;
      make.disabled = false;
    }
  });
}

const reveal = document.getElementById("nonce-reveal");
if (reveal) {
  const { draw, role } = reveal.dataset;
  const kept = localStorage.getItem(`draw-nonce:${draw}:${role}`);
  if (kept && !reveal.elements.nonce.value) reveal.elements.nonce.value = kept;
}
