// countdown.js - counts seconds down between two visits to the server. The page carries the server's "now"; only the
// elapsed time is taken from the device, so a wrong device clock cannot show a wrong deadline.
//   data-until="…+08:00"  the moment;  data-form="hms" | "mmss" | "dhm"  how it is written
//   data-refresh          an htmx element that is re-fetched (event gz:due) when a countdown in it reaches zero
"use strict";
(() => {
  const SERVER = Date.parse(document.documentElement.dataset.now);
  if (Number.isNaN(SERVER)) return;
  const born = performance.now();
  const two = (n) => String(n).padStart(2, "0");
  const parts = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    return { d: Math.floor(s / 86400), h: Math.floor(s / 3600) % 24, m: Math.floor(s / 60) % 60, s: s % 60 };
  };
  const now = () => SERVER + performance.now() - born;
  const ANNOUNCE = [10, 5, 1]; // minutes

  let voice;
  function announce(words) {
    if (!voice) {
      voice = document.createElement("div");
      voice.className = "visually-hidden";
      voice.setAttribute("role", "status");
      document.body.append(voice);
    }
    voice.textContent = words;
  }

  function write(el, t) {
    const form = el.dataset.form;
    if (form === "mmss") el.textContent = `${two(t.d * 1440 + t.h * 60 + t.m)}:${two(t.s)}`;
    else if (form === "hms") el.textContent = `${two(t.d * 24 + t.h)}:${two(t.m)}:${two(t.s)}`;
    else if (form === "dhm") {
      const shown = t.d ? [[t.d, "天"], [t.h, "时"], [t.m, "分"]] : [[t.h, "时"], [t.m, "分"], [t.s, "秒"]];
      el.replaceChildren(...shown.flatMap(([n, unit]) => {
        const i = document.createElement("i");
        i.textContent = unit;
        return [document.createTextNode(n), i];
      }));
    }
  }

  function tick() {
    const at = now();
    for (const el of document.querySelectorAll("[data-until]")) {
      const left = Date.parse(el.dataset.until) - at;
      if (Number.isNaN(left)) continue;
      if (el.dataset.form) write(el, parts(left));
      const minutes = Math.ceil(left / 60000);
      if (el.hasAttribute("data-announce") && ANNOUNCE.includes(minutes) && el.dataset.said !== String(minutes)) {
        el.dataset.said = String(minutes);
        announce(`距截止还有 ${minutes} 分钟`);
      }
      if (left <= 0 && !el.dataset.over) {
        el.dataset.over = "1";
        const part = el.closest("[data-refresh]");
        // What follows a deadline is never worked out here. Everybody's page reaches zero together: spread the asking.
        if (part) setTimeout(() => part.dispatchEvent(new Event("gz:due", { bubbles: true })), 500 + Math.random() * 2500);
      }
    }
  }
  tick();
  setInterval(tick, 1000);
})();
