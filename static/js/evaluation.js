// evaluation.js - a mark that did not reach the server says so and stays typed; leaving with one asks first.
"use strict";
(() => {
  const rowOf = (element) => element?.closest?.("[data-mark]");
  const slot = (row) => row.querySelector(".gz-marked");

  // Something was changed and its answer is not in yet, or never came.
  const open = new Set();

  function say(row, words) {
    const place = slot(row);
    if (!place) return;
    for (const old of place.querySelectorAll(":scope > :not(input)")) old.remove();
    const line = document.createElement("span");
    line.className = "gz-unsaved";
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "再试一次";
    again.addEventListener("click", () => htmx.trigger(row, "change"));
    line.append(words, again);
    place.append(line);
  }

  addEventListener("input", (event) => { const row = rowOf(event.target); if (row?.hasAttribute("hx-put")) open.add(row.dataset.mark); });
  addEventListener("htmx:afterRequest", (event) => {
    const row = rowOf(event.detail.elt);
    if (!row || event.detail.xhr?.status === 0) return;
    const { status } = event.detail.xhr;
    if (status === 200) {
      open.delete(row.dataset.mark);
      // The number as it was understood: ２２．５ becomes 22.50, unless somebody is typing there again.
      const points = row.querySelector(".gz-score");
      const was = row.querySelector(`[name="${row.dataset.mark}-was"]`);
      if (points && was && document.activeElement !== points && was.value) points.value = was.value;
    }
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
    addEventListener(name, (event) => {
      const row = rowOf(event.detail.elt);
      if (row) say(row, event.detail.xhr?.status === 401 ? "没有保存，请重新登录。" : "没有保存，");
    });

  addEventListener("submit", () => open.clear());
  addEventListener("beforeunload", (event) => { if (open.size) event.preventDefault(); });
})();
