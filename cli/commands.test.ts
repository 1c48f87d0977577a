// If this fails, a command does not do on a server of somebody's own what its help says, or refuses without a reason.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../db/tests/harness.ts";
import { temporaryPostgres } from "./db/postgres.ts";
import { playhouseText } from "./demo/playhouse.ts";
import { readLayout } from "./layout/index.ts";
import { endAll, launch, lml } from "./testing.ts";

const stadium = fileURLToPath(
  new URL("../../shared/data/seatmap-canvas_stadium.json", import.meta.url),
);

let root: string;
let database: TestDatabase;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lml-commands-"));
  database = await testDatabase();
});

afterAll(async () => {
  await endAll();
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

/** The environment of somebody who has a server of their own. */
function given(url: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { DATABASE_URL: url, LML_DATA: join(root, "data"), ...more };
}

function asOwner(): NodeJS.ProcessEnv {
  return given(database.url("lml_owner"));
}

async function rows(text: string): Promise<Record<string, unknown>[]> {
  const client = await database.connect("lml_owner");
  const result = await client.query<Record<string, unknown>>(text);
  return result.rows;
}

describe("help", () => {
  test("is there for every command, with examples", async () => {
    expect((await lml(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const all = await lml(["--help"]);
    expect(all.code).toBe(0);
    const commands =
      "start stop url migrate seed import layout check statement reconcile payouts doctor staff".split(
        " ",
      );
    for (const command of commands) {
      expect(all.stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
    }
    const helps = await Promise.all(
      [
        "start",
        "import layout",
        "layout import",
        "layout export",
        "layout draw",
        "layout list",
        "statement",
        "reconcile",
        "payouts",
        "payouts show",
        "layout validate",
        "doctor",
      ].map((words) => lml([...words.split(" "), "--help"])),
    );
    for (const { code, stdout } of helps) {
      expect([code, stdout]).toEqual([0, expect.stringMatching(/Examples?:\n/)]);
    }
  });

  test("what is not understood has exit code 2 and says where help is", async () => {
    const unknown = await lml(["strat"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("start")]);
    const port = await lml(["start", "--port", "http"]);
    expect([port.code, port.stderr]).toEqual([2, expect.stringContaining("0 to 65535")]);
    const option = await lml(["check", "--jsn"]);
    expect([option.code, option.stderr]).toEqual([2, expect.stringContaining("--json")]);
    const month = await lml(["statement", "playhouse", "2026-13"]);
    expect([month.code, month.stderr]).toEqual([2, expect.stringContaining("like 2026-11")]);
    for (const { stderr } of [unknown, port, option, month]) {
      expect(stderr).toContain("Run with --help for the options and examples.");
    }
  });
});

describe("the database of DATABASE_URL", () => {
  test("is named when it cannot be reached, without the password", async () => {
    const cases = [
      ["postgres://lml_owner:s3cret@127.0.0.1:1/lml", "ECONNREFUSED"],
      ["not a url", "DATABASE_URL is not a URL"],
      ["postgres://lml_owner:s3cret@127.0.0.1:1/postgres", "names the database postgres"],
    ] as const;
    for (const [url, reason] of cases) {
      const { code, stderr } = await lml(["check"], given(url));
      expect([code, stderr]).toEqual([3, expect.stringContaining(reason)]);
      expect(stderr).not.toContain("s3cret");
      expect(stderr).not.toMatch(/^ +at /m);
    }
  });

  test("is migrated, and tells what it lacks", async () => {
    const status = await lml(["migrate", "--status"], asOwner());
    expect([status.code, status.stdout]).toEqual([0, expect.stringContaining("Up to date")]);
    const again = await lml(["migrate"], asOwner());
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("was up to date")]);
  });

  test("is refused when it was made from another history", async () => {
    await using other = await testDatabase();
    const client = await other.connect("lml_owner");
    await client.query(
      `update graphile_migrate.migrations set hash = 'sha1:0'
      where filename = (select max(filename) from graphile_migrate.migrations)`,
    );
    const env = given(other.url("lml_owner"));
    for (const words of [["migrate"], ["migrate", "--status"]]) {
      const { code, stderr } = await lml(words, env);
      expect([code, stderr]).toEqual([3, expect.stringMatching(/other migrations .*\d{6}-/)]);
      expect(stderr).toContain("--fresh");
    }
    const doctor = await lml(["doctor", "--json"], env);
    expect(doctor.code).toBe(1);
    expect(JSON.parse(doctor.stdout)).toContainEqual(
      expect.objectContaining({ check: "migrations", status: "fail" }),
    );
  });

  test("is refused, and not given up, when a newer version has migrated it", async () => {
    await using other = await testDatabase();
    const client = await other.connect("lml_owner");
    await client.query(
      `insert into graphile_migrate.migrations (hash, previous_hash, filename, date)
      values ('sha1:1', null, '999999-later.sql', now())`,
    );
    const { code, stderr } = await lml(["migrate"], given(other.url("lml_owner")));
    expect([code, stderr]).toEqual([3, expect.stringMatching(/newer version .*999999/)]);
    expect(stderr).not.toContain("--fresh");
  });

  test("is seeded once, however often one asks", async () => {
    const count = `select (select count(*)::int from app_public.users) as users,
      (select count(*)::int from app_public.events where status = 'published') as events,
      (select count(*)::int from app_public.performances) as performances,
      (select count(*)::int from app_public.seat_booking_state where status = 'available') as seats`;
    const first = await lml(["seed", "--password", "a password of ours"], asOwner());
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining("a password of ours")]);
    const [before] = await rows(count);
    expect(before).toMatchObject({ users: 3, events: 2, performances: 9, seats: 2700 });
    const second = await lml(["seed"], asOwner());
    expect([second.code, second.stdout]).toEqual([0, expect.stringContaining("0 new")]);
    expect(await rows(count)).toEqual([before]);
    expect((await lml(["check"], asOwner())).code).toBe(0);
    // Nobody stays signed in.
    expect(await rows("select from app_public.user_sessions where revoked_at is null")).toEqual([]);
  });

  test("a password that is too short is refused with what is asked for, and before anything is made", async () => {
    const directory = join(root, "untouched");
    const { code, stderr } = await lml(["seed", "--password", "short", "--data", directory]);
    expect([code, stderr]).toEqual([3, expect.stringContaining("10 to 256 characters")]);
    expect(existsSync(directory)).toBe(false);
  });

  test("is examined by the doctor", async () => {
    const { code, stdout } = await lml(["doctor", "--json"], asOwner());
    const findings = JSON.parse(stdout) as { check: string; status: string; finding: string }[];
    const failed = findings.filter(({ status }) => status === "fail");
    // Tests run on a server that need not survive a power cut.
    expect(failed.filter(({ finding }) => !/fsync|full_page_writes/.test(finding))).toEqual([]);
    expect(code).toBe(failed.length === 0 ? 0 : 1);
    expect(findings.find(({ check }) => check === "worker")?.status).toBe("warn");
  });

  test("as lml_owner alone does not suffice for server and worker", async () => {
    const { code, stderr } = await lml(["start", "--port", "0"], asOwner());
    expect(code).toBe(3);
    expect(stderr).toContain("LML_SERVER_DATABASE_URL");
    expect(stderr).toContain("LML_WORKER_DATABASE_URL");
    expect(stderr).toContain("superuser");
  });

  test("does not lose passwords that others may use", async () => {
    const { code, stderr } = await lml(["start", "--port", "0"], given(database.url("superuser")));
    expect(code).toBe(3);
    expect(stderr).toContain("lml_authenticator");
    expect(stderr).toContain("--set-passwords");
    const pool = await database.connect("lml_authenticator");
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  test("serves with the URLs that are given", async () => {
    const office = launch(
      ["start", "--port", "0", "--quiet"],
      given(database.url("lml_owner"), {
        LML_SERVER_DATABASE_URL: database.url("lml_authenticator"),
        LML_WORKER_DATABASE_URL: database.url("lml_worker"),
      }),
    );
    const url = (await office.says(/graphql$/m)).trim();
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ events { nodes { title } } }" }),
    });
    expect(await answer.json()).toMatchObject({ data: { events: { nodes: [{}, {}] } } });
    office.child.kill("SIGTERM");
    expect((await office.ended).code).toBe(0);
  });
});

describe("a new server", () => {
  test("is set up by a superuser, and by whoever may create roles and databases", async () => {
    await using server = await temporaryPostgres();
    const { default: pg } = await import("pg");
    const client = new pg.Client({ connectionString: server.url("postgres", "postgres") });
    await client.connect();
    await client.query("create role hosted login createrole createdb password 'h'");
    await client.end();
    const env = given(`postgres://hosted:h@127.0.0.1:${server.port}/box_office`, {
      LML_DATA: join(root, "new"),
    });
    const migrated = await lml(["migrate"], env);
    expect([migrated.code, migrated.stderr]).toEqual([0, ""]);
    expect(migrated.stdout).toMatch(/\d+ migrations applied/);
    // Whether the roles have passwords, only a superuser sees.
    const asSuperuser = given(server.url("postgres", "box_office"), {
      LML_DATA: join(root, "new"),
    });
    for (const round of ["first", "second"]) {
      const office = launch(["start", "--port", "0", "--quiet", "--demo"], asSuperuser);
      await office.says(/graphql$/m);
      office.child.kill("SIGTERM");
      expect((await office.ended).code, round).toBe(0);
    }
    expect((await lml(["check"], asSuperuser)).code).toBe(0);
  });
});

describe("staff", () => {
  test("an operator makes the first admin, who must have an account", async () => {
    const none = await lml(["staff", "list"], asOwner());
    expect([none.code, none.stdout]).toEqual([0, expect.stringContaining("Nobody yet")]);
    const unknown = await lml(["staff", "grant", "ada@example.com", "admin"], asOwner());
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining("sign up first")]);
    await rows(
      "select app_private.register_user('ada@example.com', '$argon2id$x', 'Ada', 'Lovelace')",
    );
    const bad = await lml(["staff", "grant", "ada@example.com", "king"], asOwner());
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining("security")]);
    const granted = await lml(["staff", "grant", "Ada@example.com", "admin"], asOwner());
    expect([granted.code, granted.stderr]).toEqual([0, ""]);
    const listed = await lml(["staff", "list", "--json"], asOwner());
    expect(JSON.parse(listed.stdout)).toMatchObject([{ email: "ada@example.com", role: "admin" }]);
    const last = await lml(["staff", "grant", "ada@example.com", "support"], asOwner());
    expect([last.code, last.stderr]).toEqual([3, expect.stringContaining("the only admin")]);
  });
});

describe("import layout", () => {
  test("stores a plan once, under the venue's slug", async () => {
    const file = join(root, "plan.json");
    const document = playhouseText().replace("Riverside Playhouse", "Winter plan");
    writeFileSync(file, document);
    const first = await lml(["import", "layout", file, "--venue", "riverside"], asOwner());
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toContain("Stored as version 2 of Riverside Playhouse");
    const again = await lml(["import", "layout", file, "--json"], asOwner());
    expect(JSON.parse(again.stdout)).toMatchObject({ stored: true, isNew: false, version: 2 });
    const { sha256 } = acceptedPlan(document);
    expect(
      await rows("select seat_count, sha256 from app_public.venue_layouts where version = 2"),
    ).toEqual([{ seat_count: 300, sha256 }]);
  });

  test("says which venues there are when it knows no such one", async () => {
    const file = join(root, "plan.json");
    const { code, stderr } = await lml(["import", "layout", file, "--venue", "nowhere"], asOwner());
    expect([code, stderr]).toEqual([3, expect.stringContaining("riverside-theatre/riverside")]);
  });

  test("says what is wrong with a file that is none", async () => {
    const missing = await lml(["import", "layout", join(root, "nothing.json")], asOwner());
    expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining("no such file")]);
    const file = join(root, "broken.json");
    writeFileSync(file, '{"format": "lml-layout/1", ');
    const broken = await lml(["import", "layout", file, "--dry-run"]);
    expect([broken.code, broken.stdout]).toEqual([1, expect.stringContaining("refused")]);
  });

  test.skipIf(!existsSync(stadium))("refuses the stadium, and takes it repaired", async () => {
    const refused = await lml(["import", "layout", stadium, "--venue", "riverside"], asOwner());
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/duplicate_seat_guid +420/);
    expect(refused.stdout).toContain("run again with --repair");
    const words = ["import", "layout", stadium, "--repair", "--venue", "riverside"];
    const repaired = await lml(words, asOwner());
    expect([repaired.code, repaired.stderr]).toEqual([0, ""]);
    expect(repaired.stdout).toContain("Stored as version 3");
    expect(
      await rows(`select count(*)::int as seats from app_public.layout_seats as s
        join app_public.venue_layouts as l on l.id = s.layout_id where l.version = 3`),
    ).toEqual([{ seats: 738 }]);
  });
});

describe("layout", () => {
  const venue = ["--venue", "riverside"];

  test("exports a version that imports as the same one", async () => {
    for (const format of ["lml", "pretix"]) {
      const file = join(root, `export.${format}.json`);
      const words = ["layout", "export", ...venue, "--layout-version", "1", "--format", format];
      const exported = await lml([...words, "--output", file], asOwner());
      expect([exported.code, exported.stderr]).toEqual([0, ""]);
      const again = await lml(["layout", "import", file, ...venue, "--json"], asOwner());
      expect(JSON.parse(again.stdout)).toMatchObject({ isNew: false, version: 1 });
    }
    const missing = await lml(["layout", "export", ...venue, "--layout-version", "99"], asOwner());
    expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining("no version 99")]);
  });

  test("draws a file, a version, and what is free at a performance", async () => {
    const file = join(root, "drawn.json");
    writeFileSync(file, playhouseText());
    const [drawn, stored] = [
      await lml(["layout", "draw", file]),
      await lml(["layout", "draw", ...venue, "--layout-version", "1"], asOwner()),
    ];
    expect([drawn.code, drawn.stdout.match(/ row [A-Z]+, seat /g)]).toEqual([
      0,
      expect.objectContaining({ length: 300 }),
    ]);
    expect([stored.code, stored.stdout]).toEqual([0, drawn.stdout]);
    const [performance] = await rows(
      `update app_public.seat_booking_state as s set status = 'blocked'
      where seat_no = 2 and performance_id = (
        select id from app_public.performances where layout_id is not null limit 1
      )
      returning performance_id as id`,
    );
    const words = ["layout", "draw", "--performance", String(performance?.["id"])];
    const free = await lml(words, asOwner());
    expect([free.code, free.stdout.match(/, blocked</g)]).toEqual([0, [", blocked<"]]);
    writeFileSync(file, "{}");
    const refused = await lml(["layout", "draw", file]);
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    const unknown = await lml(["layout", "draw", "--performance", "7"], asOwner());
    expect([unknown.code, unknown.stderr]).toEqual([
      3,
      expect.stringContaining("no performance 7"),
    ]);
  });

  test("lists the versions", async () => {
    const { code, stdout } = await lml(["layout", "list", ...venue], asOwner());
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^1 .*300 seats/)]);
  });

  test("validates documents against rows", async () => {
    const sound = await lml(["layout", "validate", ...venue], asOwner());
    expect([sound.code, sound.stdout]).toEqual([0, "Documents and rows say the same.\n"]);
    await rows(`alter table app_public.layout_seats disable trigger user;
      update app_public.layout_seats set x = x / 2
      where seat_no = 7 and layout_id = (
        select id from app_public.venue_layouts where version = 1 limit 1
      )`);
    const found = await lml(["layout", "validate", ...venue], asOwner());
    expect([found.code, found.stdout]).toEqual([
      1,
      expect.stringMatching(/^version 1, seat, seat 7:/),
    ]);
  });
});

function acceptedPlan(text: string): { sha256: string } {
  const reading = readLayout(text, { repair: false });
  if (!reading.accepted) throw new Error("the plan is refused");
  return reading;
}
