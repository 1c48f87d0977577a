// Runs the server from environment variables, until it is told to stop.
import { readConfig } from "./config.ts";
import { ServerError } from "./errors.ts";
import { giveBackMemory } from "./memory.ts";
import { startServer } from "./server.ts";

try {
  const server = await startServer(readConfig(process.env));
  // What building the schema took beside the schema: 145 MB.
  giveBackMemory();
  console.log(`Last Minute Live listens on ${server.url}`);
  const stop = (): void => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
} catch (error) {
  console.error(error instanceof ServerError ? error.message : error);
  process.exitCode = 1;
}
