// The hall of a live auction: looks again when something is new, and posts offers under a key of its own, so that an
// offer whose answer was lost is asked about again and never made twice.
import { amountOf, capitals, grouped } from "./capitals.js";
import { csrf, showRefusal } from "./asking.js";

const live = document.getElementById("room-live");
const panel = document.getElementById("room-panel");
const seen = () => live.querySelector("input[name=seen]");
const look = () => live.dispatchEvent(new Event("gz:live"));

// -- news --------------------------------------------------------------------------------------------------------------

let streaming = false;
let waiting = 0;
// Everybody hears of an offer at once. Whoever may offer looks at once; the others spread their looks over a second.
const soon = () => {
  if (waiting) return;
  const offering = panel.querySelector("[data-offer]") !== null;
  waiting = setTimeout(() => {
    waiting = 0;
    look();
  }, offering ? Math.random() * 150 : Math.random() * 1000);
};
if (live.dataset.stream && window.EventSource) {
  const source = new EventSource(live.dataset.stream);
  source.addEventListener("ready", () => {
    streaming = true;
    look();
  });
  source.addEventListener("changed", soon);
  source.addEventListener("resume", soon);
  source.addEventListener("error", () => {
    streaming = false;
  });
}
// What a lost stream did not tell is found by looking.
const pace = () => Number(seen()?.dataset.pace || 15_000) * (streaming ? 2 : 1);
const again = () => {
  if (seen()?.dataset.live && !document.hidden) look();
  setTimeout(again, pace());
};
setTimeout(again, pace());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});

// Both parts know which panel belongs to what is now; the panel is fetched only when it would be another one.
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== live || !event.detail.successful) return;
  const token = event.detail.xhr.getResponseHeader("X-Panel") ?? seen()?.dataset.panel;
  if (token && !busy && token !== panel.querySelector("[data-panel]")?.dataset.panel) {
    panel.dispatchEvent(new Event("gz:panel"));
  }
});

// -- offering ----------------------------------------------------------------------------------------------------------

let busy = false;
const TRIES = 8;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A fresh UUIDv4, also where the page is no secure context. */
function freshKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** One offer until there is an answer: the same key each time, so that it is accepted once at most. */
async function offered(address, amount, said) {
  const body = new URLSearchParams({ amount, key: freshKey(), sure: "1" });
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": csrf() },
        body,
        credentials: "same-origin",
        redirect: "manual",
      });
      if (answer.status < 500) {
        const found = await answer.json().catch(() => null);
        if (answer.ok && found) return found;
        throw Object.assign(new Error(`http.${answer.status}`), { violations: found?.violations ?? [], told: true });
      }
    } catch (error) {
      if (error.told) throw error;
    }
    if (tries === TRIES) throw new Error("no.answer");
    said.textContent = "没有收到答复，正在用同一编号再问，不会重复报价。";
    await pause(Math.min(250 * 2 ** tries, 4000));
  }
}

panel.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-offer]");
  if (!form) return;
  event.preventDefault();
  if (busy) return;
  const said = document.getElementById("offer-said");
  said.replaceChildren();
  const typed = event.submitter?.name === "amount" ? event.submitter.value : form.elements.amount.value;
  const amount = amountOf(typed);
  if (!amount) {
    showRefusal(said, { message: "", violations: [] }, "金额读不出来。请填写以元为单位的数字，最多两位小数。");
    return;
  }
  if (form.dataset.far && Number(amount) > Number(form.dataset.far) && form.dataset.asked !== amount) {
    form.dataset.asked = amount;
    showRefusal(said, { message: "", violations: [] }, `请核对金额。${capitals(amount)}，比下一口价高出很多。确认无误的，再按一次报价。`);
    return;
  }
  busy = true;
  for (const button of panel.querySelectorAll("button")) button.disabled = true;
  try {
    const made = await offered(form.action, amount, said);
    said.textContent = `报价 ${grouped(made.amount)} 元已受理`;
    if (form.elements.amount?.type === "text") form.elements.amount.value = "";
  } catch (error) {
    showRefusal(said, error, "没有连上平台。请刷新本页，看阶梯里有没有您的报价。");
  } finally {
    busy = false;
    for (const button of panel.querySelectorAll("button")) button.disabled = false;
    look();
  }
});

panel.addEventListener("input", (event) => {
  if (event.target.id !== "amount") return;
  const amount = amountOf(event.target.value);
  document.getElementById("amount-words").textContent = amount ? capitals(amount) : "";
});
