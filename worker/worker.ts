import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Logger, run, type Runner, type TaskList, type WorkerEvents } from "graphile-worker";
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
  readonly log?: Log;
}

/** A worker that runs. */
export interface RunningWorker {
  /** How its jobs name it while they are locked. */
  readonly workerId: string;
  /** Lets running jobs finish, takes no new ones, and disconnects. */
  stop(): Promise<void>;
}

const heartbeatMs = 5_000;

/** How long a queue that stopped by itself stays closed: each time twice as long, until one stays open for a minute. */
const openAgainMs = 500;
const openAgainMsMax = 60_000;

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
    const tasks = taskList({
      stripe: stripeClient(options.stripe),
      sendMail: makeMailer(options.mail ?? {}),
      publicUrl: options.mail?.publicUrl,
      layouts: options.layouts ?? {},
      resolveTxt: options.resolveTxt ?? resolveTxt,
    });
    const open = (): Promise<Queue> => openQueue(pool, tasks, options.concurrency ?? 4, log);
    return await keepOpen(pool, await open(), open, log);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

type Log = (level: string, line: string) => void;

/** What takes jobs. */
interface Queue {
  readonly runner: Runner;
  /** In whose name its jobs are locked. */
  readonly id: string;
}

async function openQueue(
  pool: pg.Pool,
  tasks: TaskList,
  concurrency: number,
  log: Log,
): Promise<Queue> {
  // Jobs are locked in the name of the pool, which it makes up as it starts.
  const events: WorkerEvents = new EventEmitter();
  let id = "";
  events.on("pool:create", ({ workerPool }) => {
    id = workerPool.id;
  });
  const runner = await run({
    pgPool: pool,
    events,
    concurrency,
    taskList: tasks,
    crontab,
    noHandleSignals: true,
    pollInterval: 1000,
    // In batches, even of one: when the end of a job cannot be written down, the queue stops, and is opened again. Without
    // them that is a rejection that nobody handles, and the process ends.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    logger: new Logger(() => (level, message) => {
      if (level === "error" || level === "warning") log(level, message);
    }),
  });
  return { runner, id };
}

/**
 * Opens the queue again whenever it stops by itself: the database was away or full just when a job ended. That job is then
 * free for the next queue, and done again, which does no harm.
 */
async function keepOpen(
  pool: pg.Pool,
  first: Queue,
  open: () => Promise<Queue>,
  log: Log,
): Promise<RunningWorker> {
  let queue = first;
  const stopping = new AbortController();
  const beat = async (): Promise<void> => {
    await pool.query("select app_private.beat_worker($1)", [queue.id]);
  };
  const openAgain = async (waitMs: number): Promise<void> => {
    await sleep(waitMs, undefined, { signal: stopping.signal });
    // What came of these attempts could not be written down, so they do not count: a job has only so many.
    await pool.query(
      `update graphile_worker._private_jobs
      set attempts = attempts - 1, locked_at = null, locked_by = null where locked_by = $1`,
      [queue.id],
    );
    await pool.query("select graphile_worker.force_unlock_workers($1)", [[queue.id]]);
    queue = await open();
    await beat();
  };
  const watch = async (): Promise<void> => {
    let waitMs = openAgainMs;
    while (!stopping.signal.aborted) {
      const since = performance.now();
      await queue.runner.promise;
      const wasOpenMs = performance.now() - since;
      waitMs = wasOpenMs > openAgainMsMax ? openAgainMs : Math.min(waitMs * 2, openAgainMsMax);
      await openAgain(waitMs).catch((error: unknown) => {
        if (!stopping.signal.aborted) log("warning", `the queue is not open: ${String(error)}`);
      });
    }
  };
  // Rejected when it has stopped by itself before.
  const stopQueue = async (): Promise<void> => await queue.runner.stop().catch(() => undefined);
  await beat();
  const watching = watch();
  const timer = setInterval(() => {
    beat().catch((error: unknown) => log("warning", `no heartbeat: ${String(error)}`));
  }, heartbeatMs);
  return {
    get workerId() {
      return queue.id;
    },
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await stopQueue();
      await watching;
      // One that was just being opened.
      await stopQueue();
      await pool.end();
    },
  };
}
