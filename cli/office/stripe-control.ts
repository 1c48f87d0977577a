import { z } from "zod";
import type {
  DisputeFlags,
  Kind,
  ListFlags,
  OutageFlags,
  ReplayFlags,
  StripeFlags,
} from "../commands/stripe.ts";
import { CliError } from "../errors.ts";
import { officeDirectory } from "./directory.ts";
import { loadSecrets } from "./secrets.ts";
import { runningState } from "./state.ts";

interface StandIn {
  readonly url: string;
  readonly secretKey: string;
}

/** Where each kind of object is, by the prefix of its ids. */
const PATHS: Readonly<Record<string, string>> = {
  acct: "accounts",
  ch: "charges",
  cus: "customers",
  dp: "disputes",
  evt: "events",
  pi: "payment_intents",
  pm: "payment_methods",
  po: "payouts",
  re: "refunds",
  seti: "setup_intents",
  tr: "transfers",
  txn: "balance_transactions",
};

const someObject = z.looseObject({ id: z.string() });
const someList = z.object({ data: z.array(someObject), has_more: z.boolean() });
const refusal = z.object({ error: z.object({ message: z.string() }) });

type SomeObject = z.output<typeof someObject>;

/** The stand-in of the running box office, or the one that the environment names. */
function findStandIn({ data }: StripeFlags): StandIn {
  const base = process.env["STRIPE_API_BASE"] || undefined;
  const key = process.env["STRIPE_SECRET_KEY"] || undefined;
  if (base !== undefined && key !== undefined) {
    if (key.startsWith("sk_test_")) return { url: base, secretKey: key };
    throw new CliError("STRIPE_SECRET_KEY is no test key, so this is no stand-in.");
  }
  const directory = officeDirectory(data);
  const url = runningState(directory)?.standInUrl;
  if (url === undefined) {
    throw new CliError("No box office with a Stripe stand-in runs here.", {
      hint:
        "Start one with `npm start`, name its directory with --data DIR, or set STRIPE_API_BASE and " +
        "STRIPE_SECRET_KEY for one that runs alone.",
    });
  }
  return { url, secretKey: loadSecrets(directory).standIn.secretKey };
}

async function call(
  { url, secretKey }: StandIn,
  path: string,
  { account, body }: { account?: string | undefined; body?: unknown } = {},
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${secretKey}`,
        ...(account === undefined ? {} : { "stripe-account": account }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new CliError(`The Stripe stand-in at ${url} does not answer.`, { cause });
  }
  // Keys of a real account must not be tried on what only looks like a stand-in.
  if (response.headers.get("stripe-stand-in") === null && !path.startsWith("/_stand_in")) {
    throw new CliError(`${url} is no Stripe stand-in.`);
  }
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const refused = refusal.safeParse(answer);
  throw new CliError(
    refused.success ? refused.data.error.message : `The stand-in answered ${response.status}.`,
  );
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** What of an object is worth a line. */
function line(object: SomeObject): string {
  const created = typeof object["created"] === "number" ? object["created"] : 0;
  const amount =
    typeof object["amount"] === "number"
      ? `${object["amount"]} ${String(object["currency"])}`
      : undefined;
  const about = object["type"] ?? object["email"] ?? undefined;
  const enabled = object["payouts_enabled"];
  return [
    object.id,
    new Date(created * 1000).toISOString().slice(0, 19),
    about,
    object["status"],
    amount,
    enabled === undefined ? undefined : enabled === true ? "enabled" : "not enabled",
    object["pending_webhooks"] === 1 ? "not delivered yet" : undefined,
  ]
    .filter((part) => typeof part === "string")
    .join("  ");
}

/** Prints what the stand-in is doing. */
export async function showStatus(flags: StripeFlags): Promise<void> {
  print(await call(findStandIn(flags), "/_stand_in"));
}

/** Lists objects of a kind, the newest first. */
export async function listObjects(kind: Kind, flags: ListFlags): Promise<void> {
  const standIn = findStandIn(flags);
  const objects: SomeObject[] = [];
  for (let more = true; more && objects.length < flags.limit;) {
    const query = new URLSearchParams({
      limit: String(Math.min(100, flags.limit - objects.length)),
      ...(flags.type === undefined ? {} : { type: flags.type }),
    });
    const last = objects.at(-1);
    if (last !== undefined) query.set("starting_after", last.id);
    const { account } = flags;
    const page = someList.parse(await call(standIn, `/v1/${kind}?${query}`, { account }));
    objects.push(...page.data);
    more = page.has_more;
  }
  if (flags.json) print(objects);
  else if (objects.length === 0) process.stdout.write("None.\n");
  else for (const object of objects) process.stdout.write(`${line(object)}\n`);
}

/** Prints one object. */
export async function showObject(
  id: string,
  flags: StripeFlags & { account?: string },
): Promise<void> {
  const path = PATHS[id.split("_", 1)[0] ?? ""];
  if (path === undefined) {
    throw new CliError(`Nothing is known of ids such as ${id}.`, {
      hint: `They begin with ${Object.keys(PATHS).join("_, ")}_.`,
    });
  }
  const { account } = flags;
  print(await call(findStandIn(flags), `/v1/${path}/${encodeURIComponent(id)}`, { account }));
}

/** Sends events again. */
export async function replayEvents(events: readonly string[], flags: ReplayFlags): Promise<void> {
  const { order, seed, times, type: types } = flags;
  await command(
    "replay",
    {
      ...(events.length === 0 ? { types } : { events }),
      order,
      times,
      ...(seed === undefined ? {} : { seed }),
    },
    flags,
  );
}

/** A buyer's bank disputes a charge. */
export async function openDispute(id: string, flags: DisputeFlags): Promise<void> {
  const standIn = findStandIn(flags);
  const { amount, inquiry, reason } = flags;
  const charge = id.startsWith("pi_")
    ? someObject.parse(await call(standIn, `/v1/payment_intents/${id}`))["latest_charge"]
    : id;
  if (typeof charge !== "string") throw new CliError(`${id} was not paid, so nobody disputes it.`);
  const opening = Object.entries({ amount, inquiry, reason }).filter(
    ([, value]) => value !== undefined,
  );
  await command("openDispute", { charge, ...Object.fromEntries(opening) }, flags);
}

/** A refund, a payout or a payment fails. */
export async function failObject(id: string, flags: StripeFlags): Promise<void> {
  if (id.startsWith("re_")) await command("settleRefund", { refund: id, outcome: "failed" }, flags);
  else if (id.startsWith("po_")) {
    await command("settlePayout", { payout: id, outcome: "failed" }, flags);
  } else if (id.startsWith("pi_")) {
    await command("settlePayment", { payment_intent: id, outcome: "failed" }, flags);
  } else throw new CliError("Refunds (re_), payouts (po_) and payments (pi_) can fail.");
}

/** Calls fail from now on, or no more. */
export async function setOutage(status: string, flags: OutageFlags): Promise<void> {
  const { calls, path, retryAfter } = flags;
  const outage =
    status === "end"
      ? null
      : {
          status: Number(status),
          ...(calls === undefined ? {} : { calls }),
          ...(path === undefined ? {} : { path }),
          ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
        };
  await command("outage", outage, flags);
}

/** Reads the input of a command. */
export function readJson(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch (cause) {
    throw new CliError("The input is not JSON.", { cause });
  }
}

/** Gives the stand-in a command, and prints what comes of it. */
export async function command(name: string, input: unknown, flags: StripeFlags): Promise<void> {
  print(await call(findStandIn(flags), `/_stand_in/${encodeURIComponent(name)}`, { body: input }));
}
