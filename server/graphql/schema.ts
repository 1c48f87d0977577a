import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "postgraphile/graphql";
import { makeSchema } from "postgraphile";
import { schemaPreset } from "./preset.ts";

/** Everything that the schema and those who serve it are told, with the database that is asked. */
export function presetFor(service: GraphileConfig.PgServiceConfiguration): GraphileConfig.Preset {
  return { extends: [schemaPreset], pgServices: [service] };
}

/**
 * Builds the schema that a database gives to those who connect with a service's role. Nothing in it is that database's
 * own: requests reach theirs through the preset that they are served with.
 */
export async function buildSchema(
  service: GraphileConfig.PgServiceConfiguration,
): Promise<GraphQLSchema> {
  return (await makeSchema(presetFor(service))).schema;
}

/** The schema as text, in an order that only changes when the schema does. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
