import { GraphQLError, Kind } from "postgraphile/graphql";

/** A day, or a day and a time, that could be in any zone. */
const zoneless = /^\s*\d+-\d+-\d+([T ]\s*\d+(:\d+){0,2}(\.\d+)?)?\s*$/i;

function withZone(value: unknown): string {
  const text = String(value);
  if (!zoneless.test(text)) return text;
  throw new GraphQLError("A time is of a zone, and this one names none.", {
    extensions: {
      code: "LMINP",
      hint: "Write 2026-11-21T19:30:00+01:00, or 2026-11-21T18:30:00Z.",
      detail: text.slice(0, 40),
    },
  });
}

/** Refuses times without a zone: they would be read as UTC, and a show announced at another hour than was meant. */
export const TimesPlugin: GraphileConfig.Plugin = {
  name: "LmlTimesPlugin",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLScalarType(config) {
        if (config.name !== "Datetime") return config;
        return {
          ...config,
          parseValue: withZone,
          parseLiteral: (node) => withZone(node.kind === Kind.STRING ? node.value : ""),
        };
      },
    },
  },
};
