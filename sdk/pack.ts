// Makes of the SDK what other projects install: plain JavaScript with its types, since Node strips no types from what
// lies in node_modules. Prints the archive's path. `npm run sdk:pack`, or `node sdk/pack.ts DIRECTORY`.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
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
const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
writeFileSync(join(staging, "README.md"), readme.replaceAll("./sdk/index.ts", name));

const words = ["pack", "--silent", "--pack-destination", target];
const archive = execFileSync("npm", words, { cwd: staging, encoding: "utf8" }).trim();
process.stdout.write(`${join(target, archive)}\n`);
