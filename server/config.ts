import { z } from "zod";
import { ServerError } from "./errors.ts";
import type { ServerOptions } from "./server.ts";

/** Unset and empty are the same, as in a compose file. */
const unlessEmpty = (value: unknown): unknown => (value === "" ? undefined : value);

/** A variable that may be unset or empty. */
export const optional = <T extends z.ZodType>(type: T) =>
  z.preprocess(unlessEmpty, type.optional());

/** Requests a minute, or connections at once. */
const rate = optional(z.coerce.number().int().min(1));

/** Stripe's secret key, or one of its restricted ones. */
export const stripeSecretKey: z.ZodString = z
  .string()
  .regex(/^[rs]k_(test|live)_/, "must be a secret key, sk_test_... or sk_live_...");

const environment = z.object({
  PORT: z.preprocess(unlessEmpty, z.coerce.number().int().min(0).max(65_535).default(4000)),
  HOST: z.preprocess(unlessEmpty, z.string().default("127.0.0.1")),
  LML_SERVER_DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: "must be the URL of a database, as lml_authenticator",
  }),
  LML_SERVER_POOL_SIZE: optional(z.coerce.number().int().min(1).max(1000)),
  LML_TRUST_PROXY: optional(z.string()),
  LML_COUNTRY_HEADER: optional(
    z.string().regex(/^[A-Za-z0-9-]{1,100}$/, "must be the name of a header"),
  ),
  LML_PLACE_DATABASE: optional(z.string()),
  LML_SECRET_KEY: optional(z.string().min(32, "must have 32 characters or more")),
  LML_ALLOWED_ORIGINS: optional(z.string()),
  LML_RATE_LIMIT_ADDRESS: rate,
  LML_RATE_LIMIT_CALLER: rate,
  LML_RATE_LIMIT_SIGN_IN: rate,
  LML_SOCKETS: rate,
  LML_SOCKETS_PER_ADDRESS: rate,
  LML_INTROSPECTION: optional(z.enum(["0", "1", "true", "false"])),
  LML_GRAPHIQL: optional(z.enum(["0", "1", "true", "false"])),
  LOG_LEVEL: optional(z.enum(["silent", "fatal", "error", "warn", "info", "debug", "trace"])),
  STRIPE_SECRET_KEY: stripeSecretKey,
  STRIPE_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_(test|live)_/, "must be a publishable key, pk_test_... or pk_live_..."),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(
      /^whsec_[^\s,]*(,whsec_[^\s,]+)*$/,
      "must be a webhook's signing secret, whsec_..., or several with commas",
    ),
  STRIPE_API_BASE: optional(z.url({ protocol: /^https?$/ })),
});

/** Whether a key of Stripe's, secret or publishable, is for real money. */
export function isLiveKey(key: string): boolean {
  return /^[prs]k_live_/.test(key);
}

/**
 * Reads the server's options from environment variables.
 *
 * @throws ServerError naming every variable that is missing or wrong, without its value.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ServerOptions {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = issue.path.join(".");
      const given = env[name] === undefined || env[name] === "";
      return `  ${name} ${given ? "is missing" : issue.message}`;
    });
    throw new ServerError(`The environment is not complete:\n${lines.join("\n")}`);
  }
  const { data } = parsed;
  if (data.LML_COUNTRY_HEADER !== undefined && data.LML_TRUST_PROXY === undefined) {
    throw new ServerError(
      "LML_COUNTRY_HEADER needs LML_TRUST_PROXY: without a proxy, it would be the client that says where it is.",
    );
  }
  if (data.LML_COUNTRY_HEADER !== undefined && data.LML_PLACE_DATABASE !== undefined) {
    throw new ServerError(
      "Set LML_PLACE_DATABASE or LML_COUNTRY_HEADER, not both: one of them says where a client is.",
    );
  }
  return {
    host: data.HOST,
    port: data.PORT,
    databaseUrl: data.LML_SERVER_DATABASE_URL,
    poolSize: data.LML_SERVER_POOL_SIZE,
    trustProxy: data.LML_TRUST_PROXY,
    countryHeader: data.LML_COUNTRY_HEADER,
    placeDatabase: data.LML_PLACE_DATABASE,
    secretKey: data.LML_SECRET_KEY,
    allowedOrigins: data.LML_ALLOWED_ORIGINS?.split(",")
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ""),
    rateLimits: {
      address: data.LML_RATE_LIMIT_ADDRESS,
      caller: data.LML_RATE_LIMIT_CALLER,
      signIn: data.LML_RATE_LIMIT_SIGN_IN,
    },
    sockets: { total: data.LML_SOCKETS, address: data.LML_SOCKETS_PER_ADDRESS },
    introspection:
      data.LML_INTROSPECTION === undefined
        ? undefined
        : data.LML_INTROSPECTION === "1" || data.LML_INTROSPECTION === "true",
    graphiql: data.LML_GRAPHIQL === "1" || data.LML_GRAPHIQL === "true",
    logLevel: data.LOG_LEVEL,
    stripe: {
      secretKey: data.STRIPE_SECRET_KEY,
      publishableKey: data.STRIPE_PUBLISHABLE_KEY,
      webhookSecret: data.STRIPE_WEBHOOK_SECRET,
      apiBase: data.STRIPE_API_BASE,
    },
  };
}
