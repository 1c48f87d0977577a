// Writes generated.ts: the operations of the areas as text with the types of what they take and return, from
// schema.graphql. With --check it writes nothing and fails when generated.ts is not what it would write.
import { globSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import { type DocumentNode, Kind, parse, print, visit } from "graphql";
import { format, resolveConfig } from "prettier";

const directory = new URL("./", import.meta.url);
const output = new URL("generated.ts", directory);

const header = `// Generated from areas/*.graphql and schema.graphql by "node sdk/generate.ts". Do not edit.
import type { TypedDocument } from "./transport.ts";
`;

/** A file of operations and fragments. */
interface DocumentFile {
  readonly location: string;
  readonly document: DocumentNode;
}

/** The text that generated.ts should have. */
async function generate(): Promise<string> {
  const schemaText = await readFile(new URL("schema.graphql", directory), "utf8");
  const files = await documentFiles();
  const types = await codegen({
    filename: "generated.ts",
    schema: parse(schemaText),
    documents: [...files],
    plugins: [{ operations: {} }],
    pluginMap: { operations },
    config: {
      enumsAsTypes: true,
      immutableTypes: true,
      skipTypename: true,
      inlineFragmentTypes: "combine",
      // A scalar that is not listed here stops the generator, instead of becoming anything.
      strictScalars: true,
      scalars: {
        BigInt: { input: "string", output: "number" },
        BigFloat: "string",
        Date: "string",
        Cursor: "string",
        Datetime: "string",
        InternetAddress: "string",
        JSON: "unknown",
        Time: "string",
        UUID: "string",
      },
    },
  });
  const texts = operationTexts(files);
  const text = [header, types, ...texts].join("\n");
  const style = await resolveConfig(output);
  return await format(text, { ...style, parser: "typescript" });
}

/** Each operation with the fragments it needs, as the text that is sent. */
function operationTexts(files: readonly DocumentFile[]): string[] {
  const definitions = files.flatMap(({ document }) => document.definitions);
  const fragments = new Map(
    definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  const needed = (node: Parameters<typeof visit>[0], names: Set<string>): Set<string> => {
    visit(node, {
      FragmentSpread: ({ name: { value } }) => {
        const fragment = fragments.get(value);
        if (fragment === undefined) throw new Error(`There is no fragment ${value}.`);
        if (names.has(value)) return;
        names.add(value);
        needed(fragment, names);
      },
    });
    return names;
  };
  return definitions.flatMap((each) => {
    if (each.kind !== Kind.OPERATION_DEFINITION) return [];
    const name = each.name?.value;
    if (name === undefined) throw new Error("An operation needs a name.");
    const kind = each.operation.charAt(0).toUpperCase() + each.operation.slice(1);
    const texts = [...needed(each, new Set())]
      .sort()
      .flatMap((fragment) => fragments.get(fragment) ?? []);
    const text = [each, ...texts].map((node) => print(node)).join("\n");
    return [
      `/** The operation ${name}. */
export const ${name}Document: TypedDocument<${name}${kind}, ${name}${kind}Variables> = {
  name: ${JSON.stringify(name)},
  text: ${"`" + text.replaceAll("`", "\\`").replaceAll("${", "\\${") + "`"},
};`,
    ];
  });
}

/** The operations and fragments of each area. */
export async function documentFiles(): Promise<DocumentFile[]> {
  const names = globSync("{areas/*,pages}.graphql", { cwd: directory }).sort();
  return await Promise.all(
    names.map(async (location) => ({
      location,
      document: parse(await readFile(new URL(location, directory), "utf8")),
    })),
  );
}

if (import.meta.main) {
  const text = await generate();
  if (!process.argv.includes("--check")) {
    await writeFile(output, text);
  } else if ((await readFile(output, "utf8")) !== text) {
    console.error('sdk/generated.ts is stale: run "node sdk/generate.ts".');
    process.exitCode = 1;
  }
}
