// What Graphile's tools (`graphile config print`, `graphile behavior debug`) read. The server takes the same preset and
// adds its own connections and request handling.
import { makePgService } from "postgraphile/adaptors/pg";
import { schemaPreset } from "./server/graphql/preset.ts";

const connectionString = process.env["LML_SERVER_DATABASE_URL"];

const preset: GraphileConfig.Preset = {
  extends: [schemaPreset],
  pgServices:
    connectionString === undefined
      ? []
      : [makePgService({ connectionString, schemas: ["app_public"] })],
};

export default preset;
