// Bundles the styles and scripts of the screens into packdesk_ui/static under names that carry a hash of their content.
//
// In: src/, the templates (for the class names in use), npm packages. Out: the bundles, icons.json, manifest.json;
// the bundles of the build before stay beside them.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { purge } from "./purge.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const screens = join(here, "..", "packdesk_ui");
const out = join(screens, "static");

mkdirSync(out, { recursive: true });

const manifest = {};
const manifestFile = join(out, "manifest.json");
const before = existsSync(manifestFile) ? JSON.parse(readFileSync(manifestFile, "utf8")) : {};

function emit(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const file = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(out, file), content);
  manifest[name] = file;
  return file;
}

function sources(folder, ending) {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return entry === "static" || entry === "node_modules" ? [] : sources(path, ending);
    return ending.some((end) => path.endsWith(end)) ? [path] : [];
  });
}

// The framework is cut down to the classes that a template, a script or a Python module of the screens mentions.
const mentioned = new Set(
  [...sources(screens, [".html", ".py"]), ...sources(join(here, "src"), [".ts"])]
    .flatMap((path) => readFileSync(path, "utf8").match(/[A-Za-z][\w-]*/g) ?? []),
);

// Images inside the stylesheet become files, so that the content security policy needs no data: source.
let images = 0;
function withoutDataUris(css) {
  return css.replace(/url\("data:image\/svg\+xml,([^"]*)"\)/g, (_, data) => `url("./${emit(`image${++images}.svg`, decodeURIComponent(data))}")`);
}

// The typeface is named after its content like everything else that browsers keep.
const fontFiles = Object.fromEntries(
  ["inter-latin", "inter-latin-ext"].map((name) => {
    const file = join(here, `node_modules/@fontsource-variable/inter/files/${name}-wght-normal.woff2`);
    return [`${name}.woff2`, emit(`${name}.woff2`, readFileSync(file))];
  }),
);
function withFontNames(css) {
  return css.replace(/url\("\.\/([\w-]+\.woff2)"\)/g, (_, name) => `url("./${fontFiles[name]}")`);
}

const framework = readFileSync(join(here, "node_modules/@tabler/core/dist/css/tabler.min.css"), "utf8");
// One file per component; what comes later wins, so that what others build on comes first; the rest stands in the order of the alphabet.
const first = ["tokens", "font", "base", "shell", "menu", "head", "button", "card", "table", "badge", "alert", "form", "record", "list"];
const last = ["dialog", "start", "gate", "gallery"];
const present = readdirSync(join(here, "src/styles")).filter((file) => file.endsWith(".css")).map((file) => file.replace(/\.css$/, "")).sort();
const order = [...first, ...present.filter((name) => !first.includes(name) && !last.includes(name)), ...last];
const own = withFontNames(order.map((name) => readFileSync(join(here, `src/styles/${name}.css`), "utf8")).join("\n"));
const styles = await build({
  stdin: { contents: `${withoutDataUris(purge(framework, mentioned))}\n${own}`, loader: "css", resolveDir: here },
  external: ["./*"], minify: true, bundle: true, write: false, legalComments: "inline", target: ["chrome120", "firefox120", "safari17"],
});
emit("app.css", styles.outputFiles[0].text);

const script = await build({
  entryPoints: [join(here, "src/main.ts")], bundle: true, minify: true, write: false, format: "iife", target: "es2022", legalComments: "inline", absWorkingDir: here,
});
emit("app.js", script.outputFiles[0].text);

// Packs name icons freely, so all outlines are kept, as the markup inside <svg>; the server puts them into the page.
const outlines = JSON.parse(readFileSync(join(here, "node_modules/@tabler/icons/tabler-nodes-outline.json"), "utf8"));
const attributes = (values) => Object.entries(values).map(([key, value]) => `${key}="${value}"`).join(" ");
const icons = Object.fromEntries(
  Object.entries(outlines).map(([name, nodes]) => [name, nodes.map(([tag, values]) => `<${tag} ${attributes(values)}/>`).join("")]),
);
writeFileSync(join(out, "icons.json"), JSON.stringify(icons));
emit("logo.svg", readFileSync(join(here, "src/logo.svg"), "utf8"));
writeFileSync(manifestFile, JSON.stringify(manifest, null, 2) + "\n");
const packed = Object.values(manifest).filter((file) => /\.(css|js)$/.test(file));
for (const file of packed) writeFileSync(join(out, `${file}.br`), brotliCompressSync(readFileSync(join(out, file))));

// A server that started before goes on giving out the names that it read then: what the build before this one made stays.
const changed = JSON.stringify(manifest) !== JSON.stringify(before);
const kept = new Set(["manifest.json", "icons.json", "stamp", ...[manifest, before].flatMap((names) => Object.values(names).flatMap((file) => [file, `${file}.br`]))]);
if (changed) readdirSync(out).filter((file) => !kept.has(file)).forEach((file) => rmSync(join(out, file)));
