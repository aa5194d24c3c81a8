// The reserve price: sealed here before the listing, unlocked here once bidding has closed. The amount never leaves in clear.
import { memoryShelf } from "../vendor/sealing.js";
import { showRefusal } from "./asking.js";
import { amountOf, capitals, grouped } from "./capitals.js";
import { deliver, sealed } from "./filing/delivery.js";
import { keyChooser } from "./keychooser.js";
import { armUnlock } from "./unlocking.js";

const at = (id) => document.getElementById(id);

const form = at("reserve-seal");
if (form) {
  const said = form.dataset;
  const born = performance.now();
  const server = Date.parse(document.documentElement.dataset.now);
  const chooser = keyChooser(form.querySelector("[data-key-chooser]"), () => note("key", ""));
  const amount = at("amount");
  const draw = () => {
    const exact = amountOf(amount.value);
    at("amount-capitals").textContent = exact ? capitals(exact) : "人民币大写在填写后显示";
    const low = exact && said.start && Number(exact) < Number(said.start);
    at("amount-warn").hidden = !low;
    at("amount-warn").textContent = low ? `低于起始价 ${grouped(said.start)} 元的底价不起作用：任何报价都达到它。` : "";
  };
  const note = (name, words) => {
    at(`${name}-error`).hidden = !words;
    at(`${name}-error`).textContent = words;
    return !words;
  };
  amount.addEventListener("input", () => {
    note("amount", "");
    draw();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const place = at("reserve-refusal");
    place.replaceChildren();
    const exact = amountOf(amount.value);
    const whole = [note("amount", exact ? "" : "填写底价，单位为元，最多两位小数"), note("key", chooser.key() ? "" : "先选择密钥")];
    if (whole.includes(false)) return;
    const send = at("reserve-send");
    send.disabled = true;
    const progress = (words) => (at("reserve-status").textContent = words);
    try {
      const now = new Date(server + performance.now() - born);
      const doing = { shelf: memoryShelf(), known: null, key: chooser.key(), now, progress };
      const envelope = await sealed(said, { reserve_cny: exact }, [], doing);
      await deliver(said, envelope, { shelf: null, standing: said.standing, progress });
      location.reload();
    } catch (error) {
      progress("");
      const keys = error.message.startsWith("keyset.");
      showRefusal(place, error, keys ? "受托人的密钥与公告不符或者尚未会签，为安全起见没有加密。" : "没有连上平台，再试一次。");
      send.disabled = false;
    }
  });
  draw();
}

const place = at("reserve-unlock");
if (place) armUnlock(place, { used: "密封", after: () => location.reload() });
