// static/vendor holds exactly what the pages load: no CDN, no bundle of things nobody asked for.
//
// A room with code of its own for the browser puts a browser/build.mjs beside its Python; its default export is
// called with { root, vendor, esbuild }.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const vendor = join(root, "static", "vendor");
const strict = process.argv.includes("--strict");
const ROOMS = ["platform_site", "credit", "experts", "trading", "disclosure", "supervision"];

const COPIES = {
  "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
  "tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
  "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
  "htmx/sse.js": "htmx-ext-sse/sse.js",
  "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
};

for (const [to, from] of Object.entries(COPIES)) {
  mkdirSync(dirname(join(vendor, to)), { recursive: true });
  // Source maps stay behind; a line that points at one would only be a 404 in every visitor's console.
  const text = readFileSync(join(modules, from), "utf8");
  writeFileSync(join(vendor, to), text.replace(/\n?(\/\*|\/\/)# sourceMappingURL=.*$/m, "") + "\n");
}

function* files(folder, endings) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "vendor" || entry.name === "node_modules" || entry.name === "migrations") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path, endings);
    else if (endings.some((ending) => entry.name.endsWith(ending))) yield path;
  }
}

// Icons are named in templates ({% icon "search" %}), in scripts and in Python that hands them to templates. Every
// quoted word that is an icon's name is taken: a few too many cost bytes, one too few a hole in a page.
const outline = join(modules, "@tabler", "icons", "icons", "outline");
const filled = join(modules, "@tabler", "icons", "icons", "filled");
const wanted = new Set();
const missing = [];
const sources = [...files(join(root, "templates"), [".html", ".txt"]), ...files(join(root, "static"), [".js"])];
for (const room of ROOMS) sources.push(...files(join(root, room), [".py", ".html"]));
for (const source of sources) {
  const text = readFileSync(source, "utf8");
  for (const [, name] of text.matchAll(/["'#]([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']/g)) {
    if (existsSync(join(outline, `${name}.svg`)) || existsSync(join(filled, `${name.replace(/-filled$/, "")}.svg`)) && name.endsWith("-filled")) wanted.add(name);
  }
  for (const [, name] of text.matchAll(/\{%\s*icon\s+["']([a-z0-9-]+)["']/g)) {
    if (!wanted.has(name)) missing.push(`${relative(root, source)}: ${name}`);
  }
}

const symbols = [...wanted].sort().map((name) => {
  const isFilled = name.endsWith("-filled") && !existsSync(join(outline, `${name}.svg`));
  const path = isFilled ? join(filled, `${name.replace(/-filled$/, "")}.svg`) : join(outline, `${name}.svg`);
  const body = readFileSync(path, "utf8").replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  const drawn = body.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").replace(/\s*\n\s*/g, "");
  const pen = isFilled
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${pen}>${drawn}</symbol>`;
});
writeFileSync(join(vendor, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);

for (const room of [...ROOMS, ...readdirSync(join(root, "platform_site")).map((name) => join("platform_site", name))]) {
  const own = join(root, room, "browser", "build.mjs");
  if (existsSync(own)) await (await import(pathToFileURL(own))).default({ root, vendor, esbuild });
}

console.log(`static/vendor: ${Object.keys(COPIES).length} files, ${wanted.size} icons`);
if (missing.length) {
  console.error(`no such icon:\n  ${missing.join("\n  ")}`);
  if (strict) process.exit(1);
}
