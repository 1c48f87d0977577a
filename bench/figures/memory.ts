import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../../cli/db/postgres.ts";
import { startStripeStandIn } from "../../server/stripe-stand-in/index.ts";
import type { Bench } from "../bench.ts";
import { figure, type Figure } from "../figure.ts";

const idleMs = 10_000;
const keys = {
  secretKey: "sk_test_bench",
  publishableKey: "pk_test_bench",
  webhookSecret: "whsec_bench",
} as const;

/** Resident memory of server and worker together, idle, each as the process that production runs. Linux only. */
export async function memory(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const port = await freePort();
  const standIn = await startStripeStandIn({ ...keys, port: 0, webhookUrl: null });
  const environment = {
    ...process.env,
    PORT: String(port),
    LML_SERVER_DATABASE_URL: database.url("lml_authenticator"),
    LML_WORKER_DATABASE_URL: database.url("lml_worker"),
    STRIPE_SECRET_KEY: keys.secretKey,
    STRIPE_PUBLISHABLE_KEY: keys.publishableKey,
    STRIPE_WEBHOOK_SECRET: keys.webhookSecret,
    STRIPE_API_BASE: standIn.url,
    NODE_ENV: "production",
    GRAPHILE_ENV: "production",
  };
  const processes = ["server/main.ts", "worker/main.ts"].map((program) =>
    spawn(process.execPath, [program], { env: environment, stdio: "ignore" }),
  );
  try {
    await untilReady(`http://127.0.0.1:${port}/readyz`);
    await wait(idleMs);
    const megabytes = processes.map(residentMegabytes);
    bench.log(`  server ${megabytes[0]?.toFixed(0)} MB, worker ${megabytes[1]?.toFixed(0)} MB`);
    const sum = megabytes.reduce((total, one) => total + one, 0);
    return [figure("memory of server and worker, idle", sum, "MB", "at most", 400)];
  } finally {
    for (const child of processes) child.kill();
    await standIn.close();
  }
}

async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await wait(200);
  }
  throw new Error("The server was not ready within 30 seconds.");
}

function residentMegabytes(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error("A process has ended early.");
  return Number(kilobytes) / 1024;
}
