// The amount as it binds, 人民币…整: the same words as platform_site/web/amounts.py, for amounts that never leave the page.
const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "万亿"];

function group(number) {
  let words = "";
  let gap = false;
  for (const place of [3, 2, 1, 0]) {
    const digit = Math.floor(number / 10 ** place) % 10;
    if (digit) {
      words += (gap && words ? "零" : "") + DIGITS[digit] + PLACES[place];
      gap = false;
    } else gap = true;
  }
  return words;
}

/** What was typed as exact text "1234567.89", or null: separators, full-width digits and 元 are read, nothing is rounded. */
export function amountOf(typed) {
  const text = typed
    .trim()
    .replace(/[０-９．，]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[,\s]/g, "")
    .replace(/元$/, "");
  const found = /^(\d{1,14})(?:\.(\d{1,2}))?$/.exec(text);
  if (!found) return null;
  const whole = found[1].replace(/^0+(?=\d)/, "");
  const exact = `${whole}.${(found[2] ?? "").padEnd(2, "0")}`;
  return exact === "0.00" ? null : exact;
}

/** Comma groups and fen. */
export function grouped(exact) {
  const [whole, fen] = exact.split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fen}`;
}

/** 人民币壹亿柒仟万元整 of exact text. */
export function capitals(exact) {
  const [whole, fen] = exact.split(".");
  const yuan = whole.padStart(16, "0");
  const jiao = Number(fen[0]);
  const cent = Number(fen[1]);
  let words = "";
  let gap = false;
  for (const index of [3, 2, 1, 0]) {
    const part = Number(yuan.slice(12 - index * 4, 16 - index * 4));
    if (part) {
      words += (words && (gap || part < 1000) ? "零" : "") + group(part) + GROUPS[index];
      gap = false;
    } else gap = words !== "";
  }
  const mark = words.indexOf("万亿");
  if (mark >= 0 && words.slice(mark + 2).includes("亿")) words = words.slice(0, mark) + "万" + words.slice(mark + 2);
  words = words ? `${words}元` : "";
  if (!jiao && !cent) return `人民币${words || "零元"}整`;
  if (jiao) words += `${DIGITS[jiao]}角`;
  else if (words) words += "零";
  return `人民币${words}${cent ? `${DIGITS[cent]}分` : "整"}`;
}
