import { EventEmitter } from "node:events";
import { Logger, run, type Runner, type WorkerEvents } from "graphile-worker";
import pg from "pg";
import { crontab, taskList } from "./tasks/index.ts";
import { resolveTxt, type ResolveTxt } from "./dns.ts";
import type { LayoutFetching } from "./layouts/fetch.ts";
import { makeMailer, type MailOptions } from "./mail/mailer.ts";
import { stripeClient, type StripeAccount } from "./stripe.ts";

/** How to run a worker. */
export interface WorkerOptions {
  /** The database, as `lml_worker`. */
  readonly databaseUrl: string;
  readonly stripe: StripeAccount;
  /** How mail leaves. Default: it does not, and waits. */
  readonly mail?: MailOptions | undefined;
  /** From where layouts may be fetched. Default: any host with a public address. */
  readonly layouts?: LayoutFetching | undefined;
  /** Who is asked for TXT records. Default: the machine's name servers. */
  readonly resolveTxt?: ResolveTxt | undefined;
  /** How many jobs run at a time (default 4). */
  readonly concurrency?: number;
  /** Told of what needs attention, in one line each (default: standard error). Never told of secrets. */
  readonly log?: (level: string, line: string) => void;
}

/** A worker that runs. */
export interface RunningWorker {
  /** How its jobs name it while they are locked. */
  readonly workerId: string;
  /** Lets running jobs finish, takes no new ones, and disconnects. */
  stop(): Promise<void>;
}

const heartbeatMs = 5_000;

/**
 * Starts a worker: takes jobs as they come, tidies up by the clock, and beats so that others can tell that it lives. What
 * a killed worker left locked is free again within a minute; at the start at once.
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const log = options.log ?? ((level, line) => process.stderr.write(`worker ${level}: ${line}\n`));
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: (options.concurrency ?? 4) + 3,
    application_name: "lml worker",
  });
  // A connection that breaks is replaced; without a listener it would end the process instead.
  const onError = (error: Error): void => log("error", error.message);
  pool.on("error", onError);
  pool.on("connect", (client) => client.on("error", onError));
  try {
    await pool.query("select app_private.make_partitions_ahead()");
    await pool.query("select app_private.unlock_dead_workers()");
    // Jobs are locked in the name of the pool, which it makes up as it starts.
    const events: WorkerEvents = new EventEmitter();
    let workerId = "";
    events.on("pool:create", ({ workerPool }) => {
      workerId = workerPool.id;
    });
    const runner = await run({
      pgPool: pool,
      events,
      concurrency: options.concurrency ?? 4,
      taskList: taskList({
        stripe: stripeClient(options.stripe),
        sendMail: makeMailer(options.mail ?? {}),
        publicUrl: options.mail?.publicUrl,
        layouts: options.layouts ?? {},
        resolveTxt: options.resolveTxt ?? resolveTxt,
      }),
      crontab,
      noHandleSignals: true,
      pollInterval: 1000,
      logger: new Logger(() => (level, message) => {
        if (level === "error" || level === "warning") log(level, message);
      }),
    });
    return await beating(pool, runner, workerId, log);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function beating(
  pool: pg.Pool,
  runner: Runner,
  workerId: string,
  log: (level: string, line: string) => void,
): Promise<RunningWorker> {
  const beat = async (): Promise<void> => {
    await pool.query("select app_private.beat_worker($1)", [workerId]);
  };
  await beat();
  const timer = setInterval(() => {
    beat().catch((error: unknown) => log("warning", `no heartbeat: ${String(error)}`));
  }, heartbeatMs);
  return {
    workerId,
    stop: async () => {
      clearInterval(timer);
      await runner.stop();
      await pool.end();
    },
  };
}
