import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "postgraphile/graphql";
import { makeSchema } from "postgraphile";
import { schemaPreset } from "./preset.ts";

/** Builds the schema that a database gives to those who connect with a service's role. */
export async function buildSchema(
  service: GraphileConfig.PgServiceConfiguration,
): Promise<{ schema: GraphQLSchema; resolvedPreset: GraphileConfig.ResolvedPreset }> {
  return await makeSchema({
    extends: [schemaPreset],
    pgServices: [service],
  });
}

/** The schema as text, in an order that only changes when the schema does. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
