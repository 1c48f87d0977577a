import { giveBackMemory } from "../server/memory.ts";
import { readWorkerConfig, WorkerConfigError } from "./config.ts";
import { startWorker } from "./worker.ts";

try {
  const worker = await startWorker(readWorkerConfig(process.env));
  // What reading the modules took beside the modules: 20 MB.
  giveBackMemory();
  process.stdout.write(`worker ${worker.workerId} is ready\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // The Stripe client leaves the reply unread when it tries again, and that connection would keep the process alive.
    process.once(signal, () => void worker.stop().then(() => process.exit()));
  }
} catch (error) {
  if (!(error instanceof WorkerConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
