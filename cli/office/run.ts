import colors from "picocolors";
import type { StartFlags } from "../commands/start.ts";
import { isLiveKey } from "../../server/config.ts";
import { demoAccounts, embeddedDemoPassword } from "../demo/accounts.ts";
import { exitCodes } from "../errors.ts";
import { alignColumns, createOutput, type Output } from "../output.ts";
import { givenUrl } from "./database.ts";
import { hasDemo } from "./demo-data.ts";
import { officeDirectory, shortPath } from "./directory.ts";
import { type Office, startOffice } from "./start.ts";

/** Runs a box office until it is told to stop or cannot go on. Returns the exit code. */
export async function runOffice(flags: StartFlags): Promise<number> {
  const output = createOutput({ quiet: flags.quiet });
  const directory = officeDirectory(flags.data);
  const started = performance.now();
  const stopSignal = waitForSignal(output);
  if (!flags.quiet) output.line(colors.bold("Last Minute Live"));
  const starting = startOffice(
    {
      directory,
      host: flags.host,
      port: flags.port,
      fresh: flags.fresh,
      // The database of DATABASE_URL is somebody's own: it gets the demo only when asked for.
      demo: flags.demo ?? givenUrl() === undefined,
      setPasswords: flags.setPasswords,
      logLevel: flags.logLevel,
    },
    output,
  );
  const office = await starting;
  if (flags.quiet) output.line(`${office.url}/graphql`);
  else await showOffice(office, flags, output, (performance.now() - started) / 1000);

  const reason = await Promise.race([stopSignal.then(() => undefined), office.broken]);
  if (reason !== undefined) {
    process.stderr.write(`\n${colors.red("error:")} ${reason}\n`);
  }
  const stopped = office.stop();
  await (flags.quiet ? stopped : output.step("stopping", () => stopped));
  // Last, because server and worker tell of the connections that they lose meanwhile.
  if (reason !== undefined) {
    process.stderr.write(
      `${reason}\nWhat was confirmed is safe. Start again, it recovers by itself: npm start\n`,
    );
  }
  return reason === undefined ? exitCodes.done : exitCodes.failed;
}

/**
 * How long after a first signal another one counts as the same wish: npm passes on to its script what the terminal has
 * sent to it already.
 */
const sameWishMs = 400;

/** Resolves at the first signal to stop. A later one ends this process at once: PostgreSQL then stops by itself. */
function waitForSignal(output: Output): Promise<void> {
  let first: number | undefined;
  return new Promise((resolve) => {
    const onSignal = (): void => {
      const now = performance.now();
      if (first === undefined) {
        first = now;
        output.note("\nStopping; once more to force it.");
        resolve();
      } else if (now - first > sameWishMs) {
        process.stderr.write("Ended by force. The next start cleans up.\n");
        process.exit(exitCodes.interrupted);
      }
    };
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  });
}

async function showOffice(
  office: Office,
  flags: StartFlags,
  output: Output,
  seconds: number,
): Promise<void> {
  const { url, database, stripe, standInUrl } = office;
  const directory = officeDirectory(flags.data);
  const mode = isLiveKey(stripe.secretKey) ? colors.red("LIVE MODE, real money") : "test mode";
  const rows = [
    ["GraphQL", `${url}/graphql`],
    ["GraphiQL", `${url}/graphiql`],
    [
      "Mail",
      (process.env["LML_SMTP_URL"] ?? "") === ""
        ? `written to ${shortPath(directory.mail)}`
        : "sent by LML_SMTP_URL",
    ],
    [
      "Stripe",
      standInUrl === undefined ? `your account, ${mode}` : `stand-in on ${standInUrl}, test mode`,
    ],
    ["Database", database.place],
    ["Data", `${shortPath(directory.root)}  (kept for the next start; --fresh starts over)`],
  ];
  output.line();
  output.line(`${colors.green("Ready")} after ${seconds.toFixed(1)} s.`);
  output.line();
  for (const line of alignColumns(rows)) output.line(`  ${line}`);
  const hasDemoAccounts = await showDemo(office, output);
  if (flags.host !== "127.0.0.1" && flags.host !== "localhost" && flags.host !== "::1") {
    output.note(`\nOthers can reach ${flags.host}: whoever does may use the demo's accounts.`);
  }
  output.line();
  const next = hasDemoAccounts ? "npm run demo" : "npx lml seed";
  output.line(`Try, in another terminal: ${colors.bold(next)}`);
  output.line(colors.dim("Ctrl-C stops. npx lml --help says what else there is."));
}

/** Shows the demo's accounts, and returns whether they are there. */
async function showDemo({ database, seeded }: Office, output: Output): Promise<boolean> {
  const { owner, door, customer } = demoAccounts;
  if (!(await hasDemo(database.ownerUrl, owner.email))) return false;
  const embedded = database.origin === "embedded" ? embeddedDemoPassword : undefined;
  const password = (seeded?.accountsMade === true ? seeded.password : undefined) ?? embedded;
  output.line();
  output.line(
    password === undefined
      ? "  Demo accounts, with the password that was shown when they were made"
      : `  Demo accounts, password ${colors.bold(password)}`,
  );
  const rows = [owner, door, customer].map(({ email, purpose }) => [email, purpose]);
  for (const line of alignColumns(rows)) output.line(`    ${line}`);
  return true;
}
