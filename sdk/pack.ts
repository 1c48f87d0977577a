// Makes of the SDK what other projects install: plain JavaScript with its types, since Node strips no types from what
// lies in node_modules. Prints the archive's path. `npm run sdk:pack`, or `node sdk/pack.ts DIRECTORY`.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import manifest from "../package.json" with { type: "json" };

const name = "last-minute-live-sdk";
const root = join(import.meta.dirname, "..");
const target = resolve(process.argv[2] ?? join(root, "dist"));
const staging = join(target, "sdk");

rmSync(staging, { recursive: true, force: true });
mkdirSync(staging, { recursive: true });
const compiler = join(root, "node_modules", ".bin", "tsc");
const project = join(import.meta.dirname, "tsconfig.package.json");
execFileSync(compiler, ["--project", project, "--outDir", staging], { stdio: "inherit" });

const { version, license, engines, dependencies } = manifest;
const described = {
  name,
  version,
  description: "The typed client of Last Minute Live, for Node and browsers.",
  license,
  type: "module",
  engines,
  sideEffects: false,
  exports: {
    ".": { types: "./index.d.ts", default: "./index.js" },
    "./schema.graphql": "./schema.graphql",
  },
  dependencies: {
    // The types of graphql-ws are made of those of graphql.
    graphql: `^${dependencies.graphql}`,
    "graphql-ws": `^${dependencies["graphql-ws"]}`,
    zod: `^${dependencies.zod}`,
  },
};
writeFileSync(join(staging, "package.json"), JSON.stringify(described, null, 2) + "\n");
cpSync(join(import.meta.dirname, "schema.graphql"), join(staging, "schema.graphql"));
cpSync(join(root, "LICENSE"), join(staging, "LICENSE"));
const readme = "sdk/README.md";
const pages = new Set([readme]);
for (const [, page = ""] of readFileSync(join(root, readme), "utf8").matchAll(
  /\]\(\.\.\/(docs\/[^)#]+)/g,
)) {
  pages.add(page);
}
for (const page of pages) {
  const place = join(staging, inPackage(page));
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, packagedPage(page));
}

/** Where a file of the repository lies in the package. */
function inPackage(file: string): string {
  return file.replace(/^sdk\//, "");
}

/** A page that says what is so in the package: of a link to what is not there, the words stay. */
function packagedPage(page: string): string {
  const text = readFileSync(join(root, page), "utf8").replaceAll("./sdk/index.ts", name);
  return text.replaceAll(
    /\[([^\]]*)\]\(([^)#\s]+)(#[^)]*)?\)/g,
    (link, words, address, place = "") => {
      if (URL.canParse(address)) return link;
      const file = join(dirname(page), address);
      if (!pages.has(file) && !existsSync(join(staging, inPackage(file)))) return words;
      return `[${words}](${relative(dirname(inPackage(page)), inPackage(file))}${place})`;
    },
  );
}

const words = ["pack", "--silent", "--pack-destination", target];
const archive = execFileSync("npm", words, { cwd: staging, encoding: "utf8" }).trim();
process.stdout.write(`${join(target, archive)}\n`);
