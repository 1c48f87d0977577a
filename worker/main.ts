import { z } from "zod";
import { giveBackMemory } from "../server/memory.ts";
import { startWorker } from "./worker.ts";

const unlessEmpty = (value: unknown): unknown => (value === "" ? undefined : value);

const environment = z.object({
  LML_WORKER_DATABASE_URL: z.url(),
  STRIPE_SECRET_KEY: z.string().regex(/^[rs]k_(test|live)_/),
  STRIPE_API_BASE: z.preprocess(unlessEmpty, z.url().optional()),
  LML_SMTP_URL: z.preprocess(unlessEmpty, z.url({ protocol: /^smtps?$/ }).optional()),
  LML_MAIL_DIRECTORY: z.preprocess(unlessEmpty, z.string().optional()),
  LML_MAIL_FROM: z.preprocess(unlessEmpty, z.string().optional()),
  LML_PUBLIC_URL: z.preprocess(unlessEmpty, z.url({ protocol: /^https?$/ }).optional()),
  LML_LAYOUT_HOSTS: z.preprocess(unlessEmpty, z.string().optional()),
  LML_WORKER_CONCURRENCY: z.preprocess(unlessEmpty, z.coerce.number().int().min(1).default(4)),
});

const parsed = environment.safeParse(process.env);
if (parsed.success) {
  const { data } = parsed;
  const worker = await startWorker({
    databaseUrl: data.LML_WORKER_DATABASE_URL,
    stripe: { secretKey: data.STRIPE_SECRET_KEY, apiBase: data.STRIPE_API_BASE },
    mail: {
      smtpUrl: data.LML_SMTP_URL,
      directory: data.LML_MAIL_DIRECTORY,
      from: data.LML_MAIL_FROM,
      publicUrl: data.LML_PUBLIC_URL,
    },
    layouts: {
      hosts: data.LML_LAYOUT_HOSTS?.toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    },
    concurrency: data.LML_WORKER_CONCURRENCY,
  });
  // What reading the modules took beside the modules: 20 MB.
  giveBackMemory();
  process.stdout.write(`worker ${worker.workerId} is ready\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // The Stripe client leaves the reply unread when it tries again, and that connection would keep the process alive.
    process.once(signal, () => void worker.stop().then(() => process.exit()));
  }
} else {
  const names = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
  process.stderr.write(`These environment variables are missing or wrong: ${names}\n`);
  process.exitCode = 2;
}
