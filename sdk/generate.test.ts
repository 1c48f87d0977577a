// If this failed, the client would send operations, or promise types, that the server's schema does not have.
import { readdir, readFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  buildSchema,
  concatAST,
  type DocumentNode,
  getNamedType,
  type GraphQLError,
  Kind,
  OperationTypeNode,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { describe, expect, test } from "vitest";
import { documentFiles } from "./generate.ts";

const directory = new URL("./", import.meta.url);

async function read(path: string): Promise<string> {
  return await readFile(new URL(path, directory), "utf8");
}

/** All documents in one, because fragments are used across files. */
async function documents(): Promise<DocumentNode> {
  return concatAST((await documentFiles()).map(({ document }) => document));
}

/** The output names of all fields that are amounts, and of all others, in the operations. */
function namesOfFields(
  schemaText: string,
  document: DocumentNode,
): { big: Set<string>; other: Set<string> } {
  const big = new Set<string>();
  const other = new Set<string>();
  const types = new TypeInfo(buildSchema(schemaText));
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const type = types.getType();
        if (type == null || node.kind !== Kind.FIELD) return;
        const name = node.alias?.value ?? node.name.value;
        (getNamedType(type).name === "BigInt" ? big : other).add(name);
      },
    }),
  );
  return { big, other };
}

/** Mutations that no method sends, each with its reason. */
const leftOut: Readonly<Record<string, string>> = {
  createCartToken: "the client makes the token itself, so that it has one before its first answer",
};

/** The mutations that operations send, by the name of the operation. */
function sentMutations(document: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const sent = new Map<string, string[]>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (definition.operation !== OperationTypeNode.MUTATION) continue;
    const fields = definition.selectionSet.selections.flatMap((field) =>
      field.kind === Kind.FIELD ? [field.name.value] : [],
    );
    sent.set(definition.name?.value ?? "", fields);
  }
  return sent;
}

describe("what is generated", () => {
  test("is what the schema and the documents say now", async () => {
    const script = new URL("generate.ts", directory).pathname;
    await promisify(execFile)(process.execPath, [script, "--check"]);
  });

  test("comes from documents that the schema allows", async () => {
    const schema = buildSchema(await read("schema.graphql"));
    const errors: readonly GraphQLError[] = validate(schema, await documents());
    expect(errors.map(({ message }) => message)).toEqual([]);
  });

  test("promises nothing that is not checked", async () => {
    expect(await read("generated.ts")).not.toMatch(/\bany\b(?! )/);
  });

  test("asks for 64-bit integers only under names by which they are recognized", async () => {
    const { big, other } = namesOfFields(await read("schema.graphql"), await documents());
    expect(big.size).toBeGreaterThan(5);
    expect([...big].filter((name) => !name.endsWith("Cents"))).toEqual([]);
    expect([...other].filter((name) => name.endsWith("Cents"))).toEqual([]);
  });

  test("leaves no mutation of the server out without a reason", async () => {
    const schema = buildSchema(await read("schema.graphql"));
    const offered = Object.keys(schema.getMutationType()?.getFields() ?? {});
    const files = (await readdir(new URL("areas/", directory))).filter((file) =>
      file.endsWith(".ts"),
    );
    const code = (await Promise.all(files.map((file) => read(`areas/${file}`)))).join("\n");
    const sent = [...sentMutations(await documents())].flatMap(([operation, fields]) =>
      new RegExp(`(?:call\\w*|graphql)\\(\\s*${operation}Document,`).test(code) ? fields : [],
    );
    expect(sent.length).toBeGreaterThan(100);
    const missing = offered.filter((mutation) => !sent.includes(mutation));
    expect(missing.sort()).toEqual(Object.keys(leftOut).sort());
  });
});
