// theme.js - runs before the first paint: "auto" is settled by the device, everything else came from the server.
"use strict";
(() => {
  const root = document.documentElement;
  if (root.dataset.gzTheme !== "auto") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const settle = () => {
    if (root.dataset.gzTheme !== "auto") return;
    root.dataset.bsTheme = dark.matches ? "dark" : "light";
    dispatchEvent(new Event("gz:theme"));
  };
  settle();
  dark.addEventListener("change", settle);
})();
