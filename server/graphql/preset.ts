import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { AccountsPlugin } from "./accounts.ts";
import { IndexesPlugin } from "./indexes.ts";
import { InvitationsPlugin } from "./invitations.ts";
import { NamesPlugin } from "./names.ts";
import { QrCodesPlugin } from "./qr-codes.ts";
import { NullabilityPlugin, ShapePlugin } from "./shape.ts";
import { SubscriptionsPlugin } from "./subscriptions.ts";
import { TimesPlugin } from "./times.ts";

/** What the schema is made of, whichever database it is read from. */
export const schemaPreset: GraphileConfig.Preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  plugins: [
    NamesPlugin,
    ShapePlugin,
    IndexesPlugin,
    NullabilityPlugin,
    AccountsPlugin,
    InvitationsPlugin,
    QrCodesPlugin,
    SubscriptionsPlugin,
    TimesPlugin,
  ],
  disablePlugins: [
    "NodePlugin",
    "QueryQueryPlugin",
    "MutationPayloadQueryPlugin",
    "PgMutationPayloadEdgePlugin",
    "SwallowErrorsPlugin",
  ],
  gather: { pgStrictFunctions: true, installWatchFixtures: false },
  schema: {
    defaultBehavior: "-insert -update -delete -list -totalCount -connection:backwards",
    dontSwallowErrors: true,
    pgForbidSetofFunctionsToReturnNull: true,
    sortExport: true,
  },
};
