import { LastMinuteLive } from "../../sdk/index.ts";
import type { ApproveFlags, DecisionFlags, HoldFlags } from "../commands/payouts.ts";
import { CliError, exitCodes } from "../errors.ts";
import { createOutput } from "../output.ts";
import { officeDirectory } from "./directory.ts";
import { runningState } from "./state.ts";

/** Approves a payout in somebody's name. */
export async function approvePayout(id: string, flags: ApproveFlags): Promise<void> {
  const payout = await asPerson(flags, (person) => person.approvePayout(id, { note: flags.note }));
  print(flags, payout, `The payout is ${payout.status}.`);
}

/** Holds a payout, or an amount of it, in somebody's name. */
export async function holdPayout(id: string, flags: HoldFlags): Promise<void> {
  const { reason, amount: amountCents, until: holdUntil } = flags;
  const hold = await asPerson(flags, (person) =>
    person.holdPayout(id, { reason, amountCents, holdUntil }),
  );
  print(flags, hold, `It is held back: npx lml payouts release ${hold.id}`);
}

/** Ends a hold in somebody's name. */
export async function releaseHold(id: string, flags: DecisionFlags): Promise<void> {
  const hold = await asPerson(flags, (person) => person.releasePayoutHold(id));
  print(flags, hold, "It is released.");
}

function print(flags: DecisionFlags, result: unknown, words: string): void {
  createOutput({ resultOnly: true }).line(flags.json ? JSON.stringify(result, null, 2) : words);
}

/**
 * The owner of the database could write a decision down for anybody: that is why this goes through the API, where
 * rights, a second factor and the second person count.
 */
async function asPerson<T>(
  flags: DecisionFlags,
  action: (person: LastMinuteLive) => Promise<T>,
): Promise<T> {
  const password = process.env["LML_PASSWORD"] || undefined;
  const code = process.env["LML_CODE"] || undefined;
  if (flags.email === undefined || password === undefined) {
    throw new CliError("This is somebody's decision: say whose.", {
      hint: "Give --email (or LML_EMAIL) and LML_PASSWORD.",
      exitCode: exitCodes.usage,
    });
  }
  const person = new LastMinuteLive({ url: urlOf(flags) });
  await person.signIn({ email: flags.email, password, code, device: "lml" });
  try {
    return await action(person);
  } finally {
    await person.signOut();
  }
}

function urlOf(flags: DecisionFlags): string {
  const given = process.env["LML_URL"] || undefined;
  if (given !== undefined) return given;
  const directory = officeDirectory(flags.data);
  const url = runningState(directory)?.graphqlUrl;
  if (url !== undefined) return new URL(url).origin;
  throw new CliError(`No box office runs in ${directory.root}.`, {
    hint: "Start it with `npm start`, name its directory with --data DIR, or its address with LML_URL.",
  });
}
