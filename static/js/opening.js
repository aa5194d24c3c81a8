// The opening room: looks again when something is new, and gives the envelope's one-time key when its bidder says so.
import { armUnlock } from "./unlocking.js";

const live = document.getElementById("room-live");
const panel = document.getElementById("room-panel");
if (live) {
  let streaming = false;
  const look = () => live.dispatchEvent(new Event("gz:live"));
  const seen = () => live.querySelector("input[name=seen]");

  if (live.dataset.stream && window.EventSource) {
    const source = new EventSource(live.dataset.stream);
    source.addEventListener("ready", () => {
      streaming = true;
      look();
    });
    source.addEventListener("changed", look);
    source.addEventListener("resume", look);
    source.addEventListener("error", () => {
      streaming = false;
    });
  }
  // News arrives by the stream; trustees' keys and what a lost stream did not tell are found by looking.
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
  const compare = (token) => {
    if (token && token !== panel.querySelector("[data-panel]")?.dataset.panel) panel.dispatchEvent(new Event("gz:panel"));
  };
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt === live && event.detail.successful) {
      compare(event.detail.xhr.getResponseHeader("X-Panel") ?? seen()?.dataset.panel);
    }
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.elt === panel) arm();
  });
  arm();
}

function arm() {
  const place = document.getElementById("unlock");
  if (!place || place.dataset.armed) return;
  place.dataset.armed = "1";
  armUnlock(place, {
    sent: (envelope) => ({ bid: envelope.bid }),
    used: "递交",
    after: () => live.dispatchEvent(new Event("gz:live")),
  });
}
