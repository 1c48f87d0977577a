import { z } from "zod";
import { optional, stripeSecretKey } from "../server/config.ts";
import type { WorkerOptions } from "./worker.ts";

/** Raised when environment variables do not say what a worker needs. Names them, without their values. */
export class WorkerConfigError extends Error {
  override name = "WorkerConfigError";
}

const outside = z.object({
  LML_SMTP_URL: optional(z.url({ protocol: /^smtps?$/ })),
  LML_MAIL_DIRECTORY: optional(z.string()),
  LML_MAIL_FROM: optional(z.string()),
  LML_PUBLIC_URL: optional(z.url({ protocol: /^https?$/ })),
  LML_LAYOUT_HOSTS: optional(z.string()),
});

const everything = outside.extend({
  LML_WORKER_DATABASE_URL: z.url(),
  STRIPE_SECRET_KEY: stripeSecretKey,
  STRIPE_API_BASE: optional(z.url()),
  LML_WORKER_CONCURRENCY: optional(z.coerce.number().int().min(1)),
});

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the options of a worker that runs by itself.
 *
 * @throws WorkerConfigError
 */
export function readWorkerConfig(env: Environment): WorkerOptions {
  const data = parse(everything, env);
  return {
    databaseUrl: data.LML_WORKER_DATABASE_URL,
    stripe: { secretKey: data.STRIPE_SECRET_KEY, apiBase: data.STRIPE_API_BASE },
    ...outsideOf(data),
    ...(data.LML_WORKER_CONCURRENCY === undefined
      ? {}
      : { concurrency: data.LML_WORKER_CONCURRENCY }),
  };
}

/** What a worker has to do with the outside world beside Stripe. */
export type Outside = {
  readonly [Name in "mail" | "layouts"]: NonNullable<WorkerOptions[Name]>;
};

/**
 * Reads how mail leaves, and from where layouts come: what a worker is told whoever starts it.
 *
 * @throws WorkerConfigError
 */
export function readOutside(env: Environment): Outside {
  return outsideOf(parse(outside, env));
}

function outsideOf(data: z.output<typeof outside>): Outside {
  return {
    mail: {
      smtpUrl: data.LML_SMTP_URL,
      directory: data.LML_MAIL_DIRECTORY,
      from: data.LML_MAIL_FROM,
      publicUrl: data.LML_PUBLIC_URL,
    },
    layouts: { hosts: data.LML_LAYOUT_HOSTS?.toLowerCase().match(/[^\s,]+/g) ?? undefined },
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, env: Environment): z.output<Schema> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
  throw new WorkerConfigError(`These environment variables are missing or wrong: ${names}`);
}
