// portal.js - the portal's own behaviour. Everything here is a comfort: each page works without it.
"use strict";
(() => {
  const root = document.documentElement;

  // Light and dark, normal and large: change at once, tell the server in the background.
  function taste(button) {
    const body = new FormData();
    if (button.dataset.act === "theme") {
      root.dataset.bsTheme = root.dataset.gzTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      body.set("theme", root.dataset.bsTheme);
      dispatchEvent(new Event("gz:theme"));
    } else {
      const large = root.dataset.gzSize !== "large";
      large ? (root.dataset.gzSize = "large") : delete root.dataset.gzSize;
      body.set("size", large ? "large" : "normal");
      for (const one of document.querySelectorAll('[data-act="size"][aria-pressed]')) one.setAttribute("aria-pressed", String(large));
    }
    fetch(button.form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => {});
  }

  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-act]");
    const act = button?.dataset.act;
    if ((act === "theme" || act === "size") && button.form) { event.preventDefault(); taste(button); }
    else if (act === "print") { event.preventDefault(); print(); }
    else if (act === "copy") {
      event.preventDefault();
      navigator.clipboard?.writeText(button.dataset.text ?? "").then(() => toast("已复制"));
    } else if (act === "fill") {
      // The way out of a refusal: write the nearest lawful value and let the form be judged again.
      const form = button.closest("form") ?? document;
      const field = form.querySelector(`[name="${CSS.escape(button.dataset.field)}"]`);
      if (field) {
        event.preventDefault();
        field.value = button.dataset.value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
        field.focus();
      }
    } else if (act === "close") { event.preventDefault(); button.closest(".gz-toast")?.remove(); }
    for (const menu of document.querySelectorAll("details.gz-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.gz-menu[open]")) { menu.open = false; menu.querySelector("summary")?.focus(); }
  });

  // A filter form sends itself; without script its button does.
  addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-auto") && !form.hasAttribute("hx-get")) form.requestSubmit();
  });

  // Toasts leave after six seconds unless somebody is reading them.
  function arm(el) {
    let timer;
    const start = () => { timer = setTimeout(() => el.remove(), 6000); };
    el.addEventListener("pointerenter", () => clearTimeout(timer));
    el.addEventListener("pointerleave", start);
    el.addEventListener("focusin", () => clearTimeout(timer));
    el.addEventListener("focusout", start);
    start();
  }
  function toast(words) {
    const el = document.createElement("div");
    el.className = "gz-toast";
    el.textContent = words;
    document.querySelector(".gz-toasts")?.append(el);
    arm(el);
  }
  const watched = new WeakSet();
  function armAll() {
    for (const el of document.querySelectorAll(".gz-toast")) if (!watched.has(el)) { watched.add(el); arm(el); }
  }
  armAll();

  // Filters stand open beside the list on wide screens, folded above it on phones.
  const wide = matchMedia("(min-width: 768px)");
  function unfold() { for (const fold of document.querySelectorAll("details.gz-fold")) fold.open = wide.matches; }
  unfold();
  wide.addEventListener("change", unfold);

  // The section nav follows the reader.
  const links = [...document.querySelectorAll(".gz-subnav a[href^='#']")];
  const parts = links.map((a) => document.getElementById(decodeURIComponent(a.hash.slice(1)))).filter(Boolean);
  if (parts.length && "IntersectionObserver" in window) {
    const seen = new Set();
    const mark = () => {
      const first = parts.find((part) => seen.has(part));
      if (first) for (const a of links) a.hash === `#${first.id}` ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current");
    };
    const eye = new IntersectionObserver((entries) => {
      for (const entry of entries) entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target);
      mark();
    }, { rootMargin: "-120px 0px -50% 0px" });
    for (const part of parts) eye.observe(part);
  }

  // htmx: say that something is under way, and say plainly when it failed. A refusal is an answer and is swapped as one.
  // What refreshes by itself (a poll, gz:…) is not dimmed: nobody asked, and somebody is reading.
  addEventListener("htmx:beforeRequest", ({ detail }) => {
    const why = detail.requestConfig?.triggeringEvent?.type;
    if (why && !why.startsWith("gz:")) detail.target?.setAttribute?.("aria-busy", "true");
  });
  addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute?.("aria-busy"));
  // A table's button sends what was typed with it: the save of the same words that was waiting must not take its place.
  addEventListener("htmx:confirm", (event) => {
    const { elt } = event.detail;
    if (elt.matches?.(".gz-field") && elt.querySelector("button.htmx-request")) event.preventDefault();
  });
  addEventListener("htmx:afterSwap", armAll);
  addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    toast(status === 403 ? "您现在的身份不能办理这一步。" : status === 404 ? "这一项已经不在这里。请刷新页面。" : "没有办成，您填写的内容还在。请再试一次，或者刷新页面。");
  });
  addEventListener("htmx:sendError", () => toast("没有连上服务器，您填写的内容还在。"));
})();
