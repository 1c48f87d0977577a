// If these tests failed, a row would have no partition to go to, a month that is over could be written into, or history
// would be lost before its time, or without anybody noticing.
import type pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../harness.ts";

let database: TestDatabase;
let owner: pg.Client;

beforeEach(async () => {
  database = await testDatabase();
  owner = await database.connect("lml_owner");
});

afterEach(() => database.drop());

async function value<T>(text: string, values: readonly unknown[] = []): Promise<T> {
  const { rows } = await owner.query<{ value: T }>(text, [...values]);
  return rows[0]?.value as T;
}

async function list<T>(text: string, values: readonly unknown[] = []): Promise<T[]> {
  const { rows } = await owner.query<{ value: T }>(text, [...values]);
  return rows.map((row) => row.value);
}

/** Makes partitions as if it were another time. */
async function makeAhead(at: string, months = 6): Promise<number> {
  return await value("select app_private.make_partitions_ahead($1, $2) as value", [months, at]);
}

/** Writes a row of the audit log as if it were another time, and tells into which partition it went. */
async function write(at: string): Promise<string> {
  return await value(
    `insert into app_public.audit_log (action, entity_type, database_role, created_at)
    values ('insert', 'venues', 'test', $1) returning tableoid::regclass::text as value`,
    [at],
  );
}

async function refusal(action: Promise<unknown>): Promise<string> {
  return await action.then(
    () => "done",
    (error: unknown) => (error as pg.DatabaseError).code ?? String(error),
  );
}

async function retire(dryRun = false): Promise<string[]> {
  return await list(
    "select action || ' ' || partition as value from app_private.retire_partitions($1)",
    [dryRun],
  );
}

const problems = (): Promise<string[]> =>
  list("select problem as value from app_private.verify_audit_log() order by 1");

const seal = (): Promise<string> => value("select app_private.seal_audit_log() as value");

const parents = ["audit_log", "booking_state_transitions", "ticket_scans"];

/** Where one partition ends and the next does not begin. */
const gaps = (): Promise<string[]> =>
  list(`select value from (
      select c.relname as value, m.month,
        lag(m.month) over (partition by r.table_name order by m.month) as before
      from app_private.partition_retention as r
      cross join lateral app_hidden.partition_months(r.table_name) as m
      join pg_class as c on c.relname = app_hidden.partition_name(r.table_name, m.month)
    ) as m
    where month <> before + interval '1 month'`);

describe("the end of a month", () => {
  test("finds a partition on either side, for two years, in any time zone", async () => {
    await owner.query("set timezone = 'Pacific/Auckland'");
    const wrong: string[] = [];
    for (let n = 0; n < 24; n += 1) {
      const first = new Date(Date.UTC(2030, n, 1));
      const at = first.toISOString();
      // The worker wakes up in the middle of every month.
      await makeAhead(new Date(Date.UTC(2030, n, 15)).toISOString(), 1);
      const last = new Date(first.getTime() - 1).toISOString().replace("Z", "999Z");
      if (n > 0 && (await write(last)) !== name(new Date(first.getTime() - 1))) wrong.push(last);
      if ((await write(at)) !== name(first)) wrong.push(at);
    }
    expect(wrong).toEqual([]);
  });

  test("does not come as a surprise: six months are made ahead, of every partitioned table", async () => {
    const now = new Date();
    for (let n = 0; n <= 6; n += 1) {
      const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n, 1));
      expect(await write(month.toISOString())).toBe(name(month));
    }
    expect(
      await list(`select relname as value from pg_class
        where relkind = 'p' and relnamespace = 'app_public'::regnamespace order by 1`),
    ).toEqual(parents);
    expect(
      await list("select table_name as value from app_private.partition_retention order by 1"),
    ).toEqual(parents);
  });

  test.each([
    ["two months", "2030-01-20", "2030-03-20", 2],
    ["two years", "2030-01-20", "2032-01-20", 24],
  ])("leaves no gap when no worker ran for %s", async (_, before, after, missing) => {
    await makeAhead(before, 6);
    const leaves = await value<number>(
      "select count(*)::int as value from app_hidden.partition_months('audit_log')",
    );
    if (missing <= 6) expect(await write(after)).toMatch(/y2030m03$/);
    // The control: without what was made ahead, a row of that month is refused.
    else expect(await refusal(write(after))).toBe("23514");
    expect(await makeAhead(after, 6)).toBe(missing * parents.length);
    expect(await makeAhead(after, 6)).toBe(0);
    expect(
      await value("select count(*)::int as value from app_hidden.partition_months('audit_log')"),
    ).toBe(leaves + missing);
    expect(await gaps()).toEqual([]);
  });
});

describe("a month that is over", () => {
  beforeEach(async () => {
    await makeAhead("2015-01-15", 1);
    await write("2015-01-10T00:00:00Z");
    await write("2015-01-31T23:59:59.999999Z");
    await write("2015-02-01T00:00:00Z");
    // Later ones, which exist since the migration, follow without a gap.
    await makeAhead(new Date().toISOString());
  });

  test("is closed when all of it is sealed, and nothing can enter any more", async () => {
    await owner.query("update app_private.partition_retention set months_kept = 1200");
    expect(await retire(true)).toContain("close audit_log_y2015m01");
    const first = await retire();
    expect(first).toContain("not sealed yet audit_log_y2015m01");
    // What has no seal is closed at once.
    expect(first).toContain("close ticket_scans_y2015m01");
    // The control: before, a row slips into the past.
    expect(await refusal(write("2015-01-20"))).toBe("done");
    await seal();
    const steps = await retire();
    expect(steps).toContain("close audit_log_y2015m01");
    expect(steps.filter((step) => !step.startsWith("close"))).toEqual([]);
    expect(await refusal(write("2015-01-20"))).toBe("LMAPP");
    const superuser = await database.connect("superuser");
    expect(
      await refusal(
        superuser.query(`insert into app_public.audit_log_y2015m01
          (action, entity_type, database_role, created_at)
          values ('insert', 'venues', 'x', '2015-01-20')`),
      ),
    ).toBe("LMAPP");
    expect(await write(new Date().toISOString())).toMatch(/^app_public.audit_log_y20/);
    expect(await retire()).toEqual([]);
    await seal();
    expect(await problems()).toEqual([]);
  });

  test("waits for whoever still writes into it", async () => {
    await seal();
    const late = await database.connect("lml_owner");
    await late.query("begin");
    await late.query(`insert into app_public.audit_log
      (action, entity_type, database_role, created_at)
      values ('insert', 'venues', 'late', '2015-01-20')`);
    // 55P03: the lock is not waited for long, and the job tries again.
    expect(await refusal(retire())).toBe("55P03");
    await late.query("commit");
    expect(await retire()).toContain("not sealed yet audit_log_y2015m01");
    await seal();
    expect(await retire()).toContain("close audit_log_y2015m01");
  });

  test("this month and the last days are never closed", async () => {
    await seal();
    const closed = (await retire()).map((step) => step.slice(-8));
    const recent = new Date(Date.now() - 7 * 86_400_000).toISOString();
    const first = `y${recent.slice(0, 4)}m${recent.slice(5, 7)}`;
    expect(closed.filter((month) => month >= first)).toEqual([]);
  });

  test("is dropped, too, after it forgot what is personal", async () => {
    await owner.query("update app_private.partition_retention set months_kept = 1200");
    await seal();
    await retire();
    const redact = (withRecord: boolean): Promise<unknown> =>
      owner.query(
        `with old as (
          select l from app_public.audit_log as l where created_at = '2015-01-10T00:00:00Z'
        )
        select app_private.redact_audit_row(
          jsonb_populate_record(l, '{"user_agent": null, "ip_address": null}'), null
        ) from old where $1`,
        [withRecord],
      );
    const superuser = await database.connect("superuser");
    await superuser.query(`set session_replication_role = replica;
      update app_public.audit_log set user_agent = 'Firefox' where created_at = '2015-01-10T00:00:00Z';
      update app_private.audit_sealed_rows as r set row_hash = app_hidden.audit_row_hash(l)
      from app_public.audit_log as l
      where l.id = r.audit_id and l.created_at = '2015-01-10T00:00:00Z';
      update app_private.closed_months set rows_hash = app_hidden.closed_month_hash(month)
      where table_name = 'audit_log' and month = '2015-01-01'`);
    await redact(true);
    await owner.query("update app_private.partition_retention set months_kept = 12");
    expect(await retire()).toContain("drop audit_log_y2015m01");
  });

  test("control: is kept when it forgot without a record", async () => {
    await owner.query("update app_private.partition_retention set months_kept = 1200");
    await seal();
    await retire();
    const superuser = await database.connect("superuser");
    await superuser.query(`set session_replication_role = replica;
      update app_public.audit_log set database_role = 'erased' where created_at = '2015-01-10'`);
    await owner.query("update app_private.partition_retention set months_kept = 12");
    expect(await retire()).toContain("not as it was sealed audit_log_y2015m01");
  });

  test("is dropped when its time is over, once, and the chain stays whole", async () => {
    await seal();
    const before = await list<string>(
      "select encode(hash, 'hex') as value from app_private.audit_seals order by seal_no",
    );
    const plan = await retire(true);
    expect(plan).toContain("drop audit_log_y2015m01");
    expect(plan).toContain("drop ticket_scans_y2015m01");
    // A dry run changes nothing.
    expect(await retire(true)).toEqual(plan);
    expect(await list("select 1 as value from app_private.closed_months")).toEqual([]);

    expect(await retire()).toEqual(plan);
    expect(
      await value(
        `select count(*)::int as value from app_public.audit_log where created_at < '2015-02-02'`,
      ),
    ).toBe(0);
    // The history of bookings has no end, by its rule.
    expect(plan.filter((step) => step.startsWith("drop booking_state"))).toEqual([]);
    expect(await value("select to_regclass('app_public.audit_log_y2015m01') as value")).toBeNull();
    expect(await problems()).toEqual([]);
    await seal();
    expect(await problems()).toEqual([]);
    expect(
      await list(
        `select encode(hash, 'hex') as value from app_private.audit_seals
        where seal_no <= $1 order by seal_no`,
        [before.length],
      ),
    ).toEqual(before);
    expect(await retire()).toEqual([]);
    // Who dropped what is in the log itself.
    expect(
      await value(`select new_values ->> 'months_kept' as value from app_public.audit_log
        where entity_type = 'closed_months' and action = 'update'
          and entity_id = (select id from app_private.closed_months
            where table_name = 'audit_log' and month = '2015-01-01')`),
    ).toBe("84");
  });

  test("stays when it is not as it was sealed: evidence is not dropped", async () => {
    await seal();
    await owner.query("update app_private.partition_retention set months_kept = 1200");
    await retire();
    await owner.query("update app_private.partition_retention set months_kept = 84");
    await tamper(
      `update app_public.audit_log set action = 'delete' where created_at < '2015-01-15'`,
    );
    expect(await retire()).toContain("not as it was sealed audit_log_y2015m01");
    expect(await value("select to_regclass('app_public.audit_log_y2015m01')::text as value")).toBe(
      "app_public.audit_log_y2015m01",
    );
    expect(await problems()).toEqual(["a row was changed"]);
  });

  test("is closed once more where a new chain begins, after a dump was restored elsewhere", async () => {
    await owner.query("update app_private.partition_retention set months_kept = 1200");
    await seal();
    await retire();
    await owner.query(`delete from app_private.audit_sealed_rows; delete from app_private.audit_seals;
      delete from app_private.closed_months where table_name = 'audit_log'`);
    await seal();
    expect(await retire()).toContain("close audit_log_y2015m01");
    expect(await problems()).toEqual([]);
  });

  test("is not kept for less than a year", async () => {
    expect(
      await refusal(owner.query("update app_private.partition_retention set months_kept = 11")),
    ).toBe("23514");
  });

  test("the worker may do it, and nobody who makes requests", async () => {
    const worker = await database.connect("lml_worker");
    const server = await database.connect("lml_authenticator");
    const text = "select * from app_private.retire_partitions(true)";
    expect(await refusal(worker.query(text))).toBe("done");
    expect(await refusal(server.query(text))).toBe("42501");
    for (const step of ["close_month", "drop_month"]) {
      expect(
        await refusal(worker.query(`select app_private.${step}('audit_log', '2015-01-01')`)),
      ).toBe("42501");
    }
  });
});

describe("tampering that looks like retention is found out", () => {
  const dropped = "a row is missing";
  const record = (closed: string, month: string): string =>
    `insert into app_private.closed_months
      (table_name, month, row_count, rows_hash, closed_at, months_kept, dropped_at)
    select 'audit_log', '${month}', count(*), app_hidden.closed_month_hash('${month}'),
      ${closed}, 84, now()
    from app_private.audit_sealed_rows where month = '${month}'`;
  const cases: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    "a partition that is dropped by hand": ["drop table app_public.audit_log_y2030m02", [dropped]],
    "with a record that was made up: it is too early": [
      `drop table app_public.audit_log_y2030m02; ${record("now()", "2030-02-01")}`,
      [
        "the audit log does not know that the month 2030-02 was dropped",
        "the month 2030-02 was dropped before its time",
      ],
    ],
    "an old month, with a record that was made up: the log does not know": [
      `drop table app_public.audit_log_y2015m01; ${record("now()", "2015-01-01")}`,
      ["the audit log does not know that the month 2015-01 was dropped"],
    ],
    "a recent row that is said to be of a month that was dropped": [
      `select app_private.retire_partitions();
      update app_private.audit_sealed_rows set month = '2015-01-01'
      where audit_id = (select id from app_public.audit_log
        where created_at >= '2030-02-01' limit 1);
      delete from app_public.audit_log where created_at >= '2030-02-01'`,
      ["the closed month 2015-01 does not fit its rows"],
    ],
    "a hash of a row that was dropped": [
      `select app_private.retire_partitions();
      update app_private.audit_sealed_rows set row_hash = sha256('x') where month = '2015-01-01'`,
      ["the closed month 2015-01 does not fit its rows", "the seal does not fit its rows"],
    ],
    "a row in a month that was dropped": [
      `select app_private.retire_partitions();
      create table app_public.audit_log_y2015m01
        partition of app_public.audit_log for values from ('2015-01-01Z') to ('2015-02-01Z');
      insert into app_public.audit_log (action, entity_type, database_role, created_at)
      values ('insert', 'venues', 'x', '2015-01-20')`,
      ["the dropped month 2015-01 has rows"],
    ],
  };

  test.each(Object.entries(cases))("%s", async (_, [statements, found]) => {
    await makeAhead("2015-01-15", 0);
    await write("2015-01-10T00:00:00Z");
    await makeAhead("2030-02-15", 0);
    await write("2030-02-10T00:00:00Z");
    await seal();
    expect(await problems()).toEqual([]);
    await tamper(statements);
    expect(await problems()).toEqual(found);
  });
});

function name(date: Date): string {
  const [year, month] = date.toISOString().split("-");
  return `app_public.audit_log_y${year}m${month}`;
}

/** With every trigger and foreign key switched off, except where the product's own function is called. */
async function tamper(statements: string): Promise<void> {
  const superuser = await database.connect("superuser");
  for (const statement of statements.split(";")) {
    const ours = /^\s*select app_private/.test(statement);
    await superuser.query(`set session_replication_role = ${ours ? "origin" : "replica"}`);
    await superuser.query(statement);
  }
  await superuser.end();
}
