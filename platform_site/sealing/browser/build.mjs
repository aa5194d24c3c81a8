// One file for the browser: our sealing module with age-encryption and noble inside, as an ES module.
import { join } from "node:path";

export default async function build({ root, vendor, esbuild }) {
  await esbuild.build({
    entryPoints: [join(root, "static", "js", "sealing", "index.js")],
    outfile: join(vendor, "sealing.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "eof",
    charset: "utf8",
    // The module may be read against its source: names stay.
    keepNames: true,
  });
}
