// Two files out of our sealing module, with age-encryption and noble inside: an ES module for the pages, and the offline
// tool, one HTML page that needs nothing and may connect to nothing. Its @@PLATFORM@@ is filled in by sealing/offline.py.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export default async function build({ root, vendor, esbuild }) {
  const js = join(root, "static", "js");
  const shared = { bundle: true, target: "es2022", minify: true, charset: "utf8" };
  await esbuild.build({
    ...shared,
    entryPoints: [join(js, "sealing", "index.js")],
    outfile: join(vendor, "sealing.js"),
    format: "esm",
    legalComments: "eof",
    // The module may be read against its source: names stay.
    keepNames: true,
  });
  // Pages import the bundle; inside one file the same words mean the sources.
  const inside = {
    name: "inside",
    setup: (build) => build.onResolve({ filter: /vendor\/sealing\.js$/ }, () => ({ path: join(js, "sealing", "index.js") })),
  };
  const made = await esbuild.build({
    ...shared,
    entryPoints: [join(js, "offline", "main.js")],
    plugins: [inside],
    format: "iife",
    legalComments: "inline",
    write: false,
  });
  // `</script` inside a text would end the element; in JavaScript the backslash changes nothing.
  const script = made.outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
  const sheets = ["tokens.css", "offline.css"].map((name) => readFileSync(join(root, "static", "css", name), "utf8"));
  const style = (await esbuild.transform(sheets.join("\n"), { loader: "css", minify: true, charset: "utf8" })).code.trim();
  const hash = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join("; ");
  const parts = { POLICY: policy, STYLE: style, SCRIPT: script };
  const page = readFileSync(join(js, "offline", "page.html"), "utf8");
  const whole = page.replace(/@@(POLICY|STYLE|SCRIPT)@@/g, (_, name) => parts[name]);
  writeFileSync(join(vendor, "offline-sealing.html"), whole);
}
