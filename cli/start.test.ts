// If this fails, a newcomer's first command does not end in a working box office, or a killed one loses its data.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../db/tests/harness.ts";
import { LastMinuteLive } from "../sdk/index.ts";
import { freePort } from "./db/postgres.ts";
import { isAlive, waitUntilGone } from "./db/processes.ts";
import { endAll, launch, launchProgram, lml, type Running } from "./testing.ts";

// The tests tell one story, of one box office through good and bad times.
let root: string;
let data: string;
let port: number;
let office: Running | undefined;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lml-start-"));
  // PostgreSQL runs as another user when the tests run as root.
  chmodSync(root, 0o755);
  data = join(root, "data");
  // Below those that systems give to whoever asks for any: it is to be free again after each stop.
  port = await freePort(20_000 + (process.pid % 10_000)).catch(() => freePort());
});

afterAll(async () => {
  await endAll();
  await lml(["stop", "--data", data, "--force"]);
  rmSync(root, { recursive: true, force: true });
});

async function start(...words: string[]): Promise<string> {
  office = launch(["start", "--data", data, "--port", String(port), ...words]);
  return await office.says(/another terminal/);
}

function running(): Running {
  if (office === undefined) throw new Error("no box office was started");
  return office;
}

function postmaster(): number {
  const lock = join(data, "postgres", "data", "postmaster.pid");
  return Number(readFileSync(lock, "utf8").split("\n", 1)[0]);
}

async function graphql(query: string): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return await answer.json();
}

async function ownerUrl(role = "owner"): Promise<string> {
  const { stdout } = await lml(["url", "--data", data, "--role", role]);
  return stdout.trim();
}

async function sql(text: string, role = "owner"): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: await ownerUrl(role) });
  await client.connect();
  try {
    const results: unknown = await client.query(text);
    const last: unknown = Array.isArray(results) ? results.at(-1) : results;
    return (last as pg.QueryResult<Record<string, unknown>>).rows;
  } finally {
    await client.end();
  }
}

const eventsQuery = "{ events { nodes { title } } }";
const events = {
  data: { events: { nodes: [{ title: "The Tempest" }, { title: "Riverside Jazz Sunday" }] } },
};

test("the first start says all that one needs", async () => {
  const said = await start();
  expect(said).toContain(`http://127.0.0.1:${port}/graphql`);
  expect(said).toContain(`http://127.0.0.1:${port}/graphiql`);
  expect(said).toMatch(/stand-in on http:\/\/127\.0\.0\.1:\d+, test mode/);
  expect(said).toContain("owner@riverside.example");
  expect(said).toContain("password last-minute-live");
  expect(said).toContain(data);
  expect(said).toContain("npm run demo");
  expect(await graphql(eventsQuery)).toEqual(events);
});

test("a demo account can sign in with the password that was printed", async () => {
  const answer = await graphql(`
    mutation {
      signIn(input: { email: "owner@riverside.example", password: "last-minute-live" }) {
        token
      }
    }
  `);
  expect(answer).toMatchObject({ data: { signIn: { token: expect.stringMatching(/^.{43}$/) } } });
});

test("what is secret is for its owner only", () => {
  for (const file of ["state.json", "secrets.json", "postgres/credentials.json"]) {
    expect(statSync(join(data, file)).mode & 0o777, file).toBe(0o600);
  }
});

test("a second one in the same directory is refused, and so is erasing it", async () => {
  for (const words of [[], ["--fresh"]]) {
    const ended = await lml(["start", "--data", data, "--port", "0", ...words]);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(`process ${running().pid}`);
    expect(ended.stderr).toContain("npx lml stop");
  }
  expect(await graphql(eventsQuery)).toEqual(events);
});

test("a taken port is named, and nothing is left running for it", async () => {
  const beside = join(root, "beside");
  const ended = await lml(["start", "--data", beside, "--port", String(port)]);
  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain(`Port ${port} on 127.0.0.1 is taken, by a Last Minute Live`);
  expect(ended.stderr).toContain("--port");
  expect(existsSync(join(beside, "postgres"))).toBe(false);

  const stranger = createServer().listen(0, "127.0.0.1");
  await once(stranger, "listening");
  const address = stranger.address();
  const taken = typeof address === "object" && address !== null ? address.port : 0;
  const again = await lml(["start", "--data", beside, "--port", String(taken)]);
  stranger.close();
  expect(again.code).toBe(3);
  expect(again.stderr).toContain(`Port ${taken} on 127.0.0.1 is taken by another program.`);
});

test("the URL is the owner's, for psql", async () => {
  const [row] = await sql("select current_user as role, current_database() as database");
  expect(row).toEqual({ role: "lml_owner", database: "lml" });
  const superuser = await sql(
    "select rolsuper from pg_roles where rolname = current_user",
    "superuser",
  );
  expect(superuser).toEqual([{ rolsuper: true }]);
});

test("the demo says how to start a box office when none answers", async () => {
  const nobody = ["--url", `http://127.0.0.1:${await freePort()}`];
  const { code, stderr } = await launchProgram("examples/demo.ts", nobody).ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining("npm start")]);
});

test("the demo buys seats and shows their codes", async () => {
  const organizer = new LastMinuteLive({ url: `http://127.0.0.1:${port}` });
  await organizer.signIn({ email: "owner@riverside.example", password: "last-minute-live" });
  const [{ organizationId } = { organizationId: "" }] = await organizer.events().toArray(1);
  const talk = await organizer.createVirtualEvent({
    organizationId,
    title: "A talk without seats",
    slug: "talk",
    timezone: "Europe/Vienna",
    salesStart: new Date(Date.now() - 60_000).toISOString(),
  });
  const listen = { eventId: talk.id, name: "Listen", priceCents: 500 };
  const ticketCategoryIds = [(await organizer.createTicketCategory(listen)).id];
  const startsAt = new Date(Date.now() + 3_600_000).toISOString();
  const { id } = await organizer.createPerformance({ eventId: talk.id, startsAt });
  const room = { performanceId: id, name: "Room", capacity: 9, ticketCategoryIds };
  await organizer.createAdmissionPool(room);
  await organizer.publishEvent(talk);

  const words = ["--data", data, "--seats", "3", "--card", "declined"];
  const { code, stdout, stderr } = await launchProgram("examples/demo.ts", words).ended;
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("trying another card");
  expect(stdout).toMatch(/Booking LML-[A-Z0-9]+ is confirmed/);
  expect(stdout.match(/^Ticket TKT-/gm)).toHaveLength(3);
  expect(stdout).toContain("█▀▀▀▀▀█");
  expect((await lml(["check", "--data", data])).code).toBe(0);
  await organizer.updateEvent(talk, { visibility: "unlisted" });
});

test("stop ends everything, and data and tickets are there at the next start", async () => {
  await sql("update app_public.organizations set website = 'https://kept.example'");
  const server = postmaster();
  const stopped = await lml(["stop", "--data", data]);
  expect(stopped.code).toBe(0);
  expect((await running().ended).code).toBe(0);
  expect(isAlive(server)).toBe(false);
  expect(existsSync(join(data, "state.json"))).toBe(false);
  // With their owners: PostgreSQL's files are another user's where root runs it.
  execFileSync("cp", ["-a", data, join(root, "backup")]);
  const nothing = await lml(["stop", "--data", data]);
  expect([nothing.code, nothing.stdout]).toEqual([0, expect.stringContaining("Nothing runs")]);
  const url = await lml(["url", "--data", data]);
  expect([url.code, url.stderr]).toEqual([3, expect.stringContaining("npm start")]);

  const said = await start();
  expect(said).not.toContain("filling in");
  expect(await sql("select count(*)::int as tickets from app_public.tickets")).toEqual([
    { tickets: 3 },
  ]);
  expect(await sql("select website from app_public.organizations")).toEqual([
    { website: "https://kept.example" },
  ]);
});

test("a copy of what was stopped is a whole box office, also beside the first one", async () => {
  const backup = join(root, "backup");
  const ended = await lml(["check", "--data", backup]);
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("Consistent.")]);
  const month = new Date().toISOString().slice(0, 7);
  const statement = async (directory: string): Promise<unknown> =>
    await lml(["statement", "riverside-theatre", month, "--json", "--data", directory]);
  expect(await statement(backup)).toEqual({ ...((await statement(data)) as object), code: 0 });
});

test("after kill -9 of the box office, the next start recovers", async () => {
  process.kill(running().pid, "SIGKILL");
  await running().ended;
  await start();
  expect(await sql("select website from app_public.organizations")).toEqual([
    { website: "https://kept.example" },
  ]);
});

test("after kill -9 of both at once, the next start recovers", async () => {
  const server = postmaster();
  process.kill(server, "SIGKILL");
  process.kill(running().pid, "SIGKILL");
  await running().ended;
  await waitUntilGone(server, 50_000);
  await start();
  expect(await graphql(eventsQuery)).toEqual(events);
});

test("when PostgreSQL is killed, it says so and ends, and the next start recovers", async () => {
  process.kill(postmaster(), "SIGKILL");
  const ended = await running().ended;
  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain("PostgreSQL has ended unexpectedly, by SIGKILL");
  expect(ended.stderr).toContain("npm start");
  await start();
  expect(await sql("select website from app_public.organizations")).toEqual([
    { website: "https://kept.example" },
  ]);
});

test("a violated invariant is found, with exit code 1", async () => {
  const well = await lml(["check", "--data", data]);
  expect([well.code, well.stdout]).toEqual([0, expect.stringContaining("Consistent.")]);
  // Only somebody who switches constraints and triggers off gets this far.
  await sql(
    `set session_replication_role = replica;
    update app_public.seat_booking_state set status = 'booked', booking_id = uuidv7()
    where seat_no = 1`,
    "superuser",
  );
  const ill = await lml(["check", "--data", data]);
  expect(ill.code).toBe(1);
  expect(ill.stdout).toContain("booked_seat_has_one_ticket");
  const json = await lml(["check", "--data", data, "--json"]);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toContainEqual(
    expect.objectContaining({ invariant: "booked_seat_has_one_ticket" }),
  );
  const doctor = await lml(["doctor", "--data", data, "--json"]);
  expect(doctor.code).toBe(1);
  expect(JSON.parse(doctor.stdout)).toContainEqual(
    expect.objectContaining({ check: "invariants", status: "fail" }),
  );
});

test("the doctor finds nothing else to complain about", async () => {
  const { stdout } = await lml(["doctor", "--data", data, "--json"]);
  const findings = JSON.parse(stdout) as { check: string; status: string }[];
  const bad = findings.filter(({ status }) => !["ok", "skip"].includes(status));
  expect(bad.map(({ check }) => check)).toEqual(["invariants"]);
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(["Node", "server", "PostgreSQL", "roles", "partitions", "worker"]),
  );
});

test("a first start that is killed, wherever it is, is made up for by the next one", async () => {
  const killed = join(root, "killed");
  const begin = (): Running => launch(["start", "--data", killed, "--port", "0"]);
  const moments: readonly ((started: Running) => Promise<unknown>)[] = [
    // While the files are made, while migrations run, and between them and the demo's data.
    () => until(() => existsSync(join(killed, "postgres", "data.unfinished", "PG_VERSION"))),
    (started) => started.says(/starting PostgreSQL/).then(() => sleep(1_000)),
    (started) => started.says(/bringing the database up to date/),
  ];
  for (const moment of moments) {
    const started = begin();
    await moment(started);
    process.kill(started.pid, "SIGKILL");
    await started.ended;
  }
  const last = begin();
  expect(await last.says(/another terminal/)).toContain("filling in");
  expect((await lml(["check", "--data", killed])).code).toBe(0);
  process.kill(last.pid, "SIGTERM");
  expect((await last.ended).code).toBe(0);
}, 300_000);

test("SIGTERM ends it in order", async () => {
  const server = postmaster();
  process.kill(running().pid, "SIGTERM");
  expect((await running().ended).code).toBe(0);
  expect(isAlive(server)).toBe(false);
});

test("commands work without a running box office, and leave nothing running", async () => {
  const ended = await lml(["check", "--data", data]);
  expect(ended.code).toBe(1);
  expect(existsSync(join(data, "postgres", "data", "postmaster.pid"))).toBe(false);
});

test("--fresh starts over", async () => {
  const said = await start("--fresh");
  expect(said).toContain("filling in");
  expect(await sql("select website from app_public.organizations")).toEqual([{ website: null }]);
  expect((await lml(["check", "--data", data])).code).toBe(0);
});

test("one Ctrl-C that arrives twice, as npm makes it, is no force", async () => {
  process.kill(running().pid, "SIGINT");
  process.kill(running().pid, "SIGINT");
  expect((await running().ended).code).toBe(0);
});

test("a second signal ends it by force, and PostgreSQL with it", async () => {
  await start();
  const server = postmaster();
  // A request that never ends keeps the first signal from ending it soon.
  const slow = connect(port, "127.0.0.1");
  slow.on("error", () => undefined);
  slow.write("POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n");
  slow.write("expect: 100-continue\r\ncontent-length: 1000\r\n\r\n{");
  // It has begun with the request.
  await once(slow, "data");
  process.kill(running().pid, "SIGINT");
  await sleep(1_000);
  expect(isAlive(running().pid)).toBe(true);
  process.kill(running().pid, "SIGINT");
  const { code, stderr } = await running().ended;
  slow.destroy();
  expect([code, stderr]).toEqual([130, expect.stringContaining("Ended by force")]);
  expect(await waitUntilGone(server, 50_000)).toBe(true);
  const stopped = await lml(["stop", "--data", data]);
  expect(stopped.stdout).toContain("Nothing runs");
});
