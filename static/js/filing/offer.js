// What is typed of a bid: read, checked at its field, drawn in words. The filing page and the offline tool share it.
import { LARGEST } from "../../vendor/sealing.js";
import { amountOf, capitals, grouped } from "../capitals.js";
import { size } from "./chosen.js";

const MOST_FILES = 500; // as platform_site/sealing/envelope.py counts parts
const at = (id) => document.getElementById(id);

/** What is wrong is said under the field of this name, or, with no words, nothing is. Whether nothing was wrong. */
export function note(name, words) {
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

/** A percentage as a share of one, as text: "35" is "0.35"; null where it is none. */
function share(id) {
  const text = at(id).value.trim().replace(/[０-９．]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(text) || Number(text) > 100) return null;
  const [whole, part = ""] = text.split(".");
  const digits = `${whole.padStart(3, "0")}${part}`;
  return `${Number(digits.slice(0, -2 - part.length))}.${digits.slice(-2 - part.length)}`;
}

/** What the bid declares of itself, by field; null where a field cannot be read, said there. Empty fields declare nothing. */
function declared() {
  const said = at("size")?.value ? { size: at("size").value } : {};
  for (const [id, name] of [["small", "small_share"], ["domestic", "domestic_share"]]) {
    if (!at(id)?.value.trim()) continue;
    if (!note(id, share(id) ? "" : "填写 0 到 100 之间的数，最多两位小数")) return null;
    said[name] = share(id);
  }
  return said;
}

function compare(a, b) {
  const [x, y] = [a, b].map((text) => text.split(".").map((part, place) => part.padStart(place ? 2 : 20, "0")).join("."));
  return x < y ? -1 : x > y ? 1 : 0;
}

/**
 * The fields of the offer.
 *
 * @param said {offerName, periodName, managerNeeded, ceiling, period}: the lot's words and limits, as text.
 * @param files chosenFiles(…).
 * @param chooser keyChooser(…).
 * @param more whether everything else of the form is whole, said at its own fields.
 * @returns {value(), draw(), fill(offer), focusFault(form)}: `value` is null where something is missing, and then it is
 *          said at its field.
 */
export function offerFields(said, files, chooser, more = () => true) {
  function filesFault() {
    const all = files.all();
    if (!all.length) return "至少添加一个文件";
    if (all.length > MOST_FILES) return `最多 ${MOST_FILES} 个文件，请先打包`;
    const large = all.find((file) => file.size > LARGEST);
    if (large) return `“${large.name}”超过 4 GB，请拆成几个文件`;
    const [wanting] = files.wanting();
    return wanting ? `“${wanting}”还没有加密，请重新添加，或者移除` : "";
  }

  function value() {
    const price = amountOf(at("price").value);
    const manager = at("manager").value.trim();
    const quality = at("quality").value.trim();
    const declares = declared();
    const good = [
      declares !== null,
      note("price", price ? "" : `填写${said.offerName}，单位为元，最多两位小数`),
      note("period", days() ? "" : `填写${said.periodName}，整数，单位为日历天`),
      note("quality", quality ? "" : "填写质量标准"),
      note("manager", manager || !said.managerNeeded ? "" : "填写姓名"),
      note("files", filesFault()),
      note("key", chooser.key() ? "" : "先选择密钥"),
      more(),
    ];
    if (good.includes(false)) return null;
    const named = Object.keys(declares).length ? { declares } : {};
    const whole = { price_cny: price, period_days: days(), quality, ...named };
    return manager ? { ...whole, manager } : whole;
  }

  function draw() {
    const price = amountOf(at("price").value);
    at("price-capitals").textContent = price ? capitals(price) : "人民币大写在填写后显示";
    const over = price && said.ceiling && compare(price, said.ceiling) > 0;
    warn("price", over ? `高于最高投标限价 ${grouped(said.ceiling)} 元，评标时将被否决。` : "");
    const long = days() && said.period && days() > Number(said.period);
    warn("period", long ? `长于文件要求的 ${said.period} 日历天，可能被否决。` : "");
    const count = files.all().length;
    const bytes = size(files.all().reduce((sum, file) => sum + file.size, 0));
    at("files-total").textContent = count ? `${count} 个文件，${bytes}` : "";
    at("summary").textContent = price
      ? `${said.offerName} ${grouped(price)} 元，${capitals(price)}；${count} 个文件，${bytes}。`
      : "填写以后在这里核对。";
  }

  function fill(offer) {
    at("price").value = offer.price_cny ?? "";
    at("period").value = offer.period_days ?? "";
    at("quality").value = offer.quality ?? "";
    at("manager").value = offer.manager ?? "";
    const declares = offer.declares ?? {};
    if (at("size")) at("size").value = declares.size ?? "";
    for (const [id, name] of [["small", "small_share"], ["domestic", "domestic_share"]]) {
      if (at(id)) at(id).value = declares[name] ? String(Number((Number(declares[name]) * 100).toFixed(2))) : "";
    }
  }

  function focusFault(form) {
    const bad = form.querySelector(".is-bad, .gz-field-error:not([hidden])");
    (bad?.matches("input") ? bad : (bad?.closest("section")?.querySelector("input:not([hidden])") ?? bad))?.focus();
    bad?.scrollIntoView({ block: "center" });
  }

  return { value, draw, fill, focusFault };
}

/** Files come in by the button and by dropping; `open` says whether they may now. */
export function takeFiles(files, open = () => true) {
  at("files").addEventListener("change", (event) => {
    files.add(event.target.files);
    event.target.value = "";
  });
  at("drop").addEventListener("dragover", (event) => event.preventDefault());
  at("drop").addEventListener("drop", (event) => {
    event.preventDefault();
    if (open()) files.add(event.dataTransfer.files);
  });
}
