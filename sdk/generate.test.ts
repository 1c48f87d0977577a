// If this failed, the client would send operations, or promise types, that the server's schema does not have.
import { readFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  buildSchema,
  concatAST,
  type DocumentNode,
  getNamedType,
  type GraphQLError,
  Kind,
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
});
