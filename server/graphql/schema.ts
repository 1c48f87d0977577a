import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { makeSchema } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import type pg from "pg";
import { schemaPreset } from "./preset.ts";

/** Builds the schema that a database gives to those who may connect as the pool does. */
export async function buildSchema(
  pool: pg.Pool,
): Promise<{ schema: GraphQLSchema; resolvedPreset: GraphileConfig.ResolvedPreset }> {
  return await makeSchema({
    extends: [schemaPreset],
    pgServices: [makePgService({ pool, schemas: ["app_public"] })],
  });
}

/** The schema as text, in an order that only changes when the schema does. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
