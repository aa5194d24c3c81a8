// Requests of a page's script: the CSRF token of this moment, refusals as errors that carry their words.

/** The token as it is now: signing in again in another window changes it. */
export function csrf() {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** POST of JSON. The answer's JSON; throws Error(code) with `.violations` for a refusal, TypeError without a connection. */
export async function post(address, value, { signal } = {}) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify(value),
    credentials: "same-origin",
    redirect: "manual",
    signal,
  });
  const body = await answer.json().catch(() => null);
  if (answer.ok && body) return body;
  const error = new Error(body?.violations?.[0]?.code ?? `http.${answer.status}`);
  error.violations = body?.violations ?? [];
  throw error;
}

const PLAIN = {
  "http.0": "登录已过期。在新窗口登录，再回到本页继续。",
  "http.403": "页面的安全令牌已经更换，再按一次即可。",
  "http.404": "这一步已经不在这里，请返回标段查看。",
  "http.413": "请求太大，平台没有接收。",
};

/** Shows why not, in the law's words where the portal said them. */
export function showRefusal(place, error, fallback) {
  place.replaceChildren();
  const drawn = (error.violations ?? []).filter((one) => one.html);
  for (const one of drawn) {
    // Markup of our own templates, from our own origin; the facts in it were escaped there.
    place.append(document.createRange().createContextualFragment(one.html));
  }
  if (!drawn.length) {
    const section = document.createElement("section");
    section.className = "gz-refusal";
    const head = document.createElement("h2");
    const [first, ...rest] = (error.violations?.[0]?.text ?? PLAIN[error.message] ?? fallback).split("。");
    head.textContent = first;
    section.append(head);
    if (rest.join("").trim()) {
      const words = document.createElement("p");
      words.textContent = rest.join("。");
      section.append(words);
    }
    place.append(section);
  }
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: "center" });
}
