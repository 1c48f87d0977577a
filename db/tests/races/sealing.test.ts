// If these tests failed, somebody could rewrite what happened, or a row that commits late would never be sealed.
import type pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Theatre } from "./theatre.ts";

let theatre: Theatre;
let owner: pg.Client;

beforeEach(async () => {
  theatre = await Theatre.open();
  owner = await theatre.database.connect("lml_owner");
});

afterEach(() => theatre[Symbol.asyncDispose]());

async function seal(): Promise<number> {
  const { rows } = await owner.query<{ sealed: string }>(
    "select app_private.seal_audit_log() as sealed",
  );
  return Number(rows[0]?.sealed);
}

async function problems(...known: readonly unknown[]): Promise<string[]> {
  const { rows } = await owner.query<{ problem: string }>(
    known.length === 0
      ? "select problem from app_private.verify_audit_log() order by 1"
      : "select problem from app_private.verify_audit_log($1, $2) order by 1",
    [...known],
  );
  return rows.map(({ problem }) => problem);
}

/** One more audited change, on a connection of its own. */
async function rename(client: pg.ClientBase, name: string): Promise<void> {
  await client.query("update app_public.venues set name = $1", [name]);
}

describe("a seal", () => {
  test("covers every row once, and finds nothing when nothing was done", async () => {
    expect(await problems()).toEqual([]);
    const first = await seal();
    expect(first).toBeGreaterThan(10);
    expect(await seal()).toBe(0);
    await rename(owner, "Another house");
    expect(await seal()).toBe(1);
    expect(await problems()).toEqual([]);
    const { rows } = await owner.query(
      `select count(*) = (select count(*) from app_private.audit_sealed_rows) as all
      from app_public.audit_log`,
    );
    expect(rows).toEqual([{ all: true }]);
  });

  test("waits for a transaction that began before it and commits after it", async () => {
    await seal();
    const late = await theatre.database.connect("lml_owner");
    await late.query("begin");
    await rename(late, "Late");
    await owner.query("update app_public.events set title = 'Early'");
    const { rows: sealedAt } = await owner.query<{ now: Date }>("select now() as now");
    // Nothing from the late transaction on is covered yet.
    expect(await seal()).toBe(0);
    await late.query("commit");
    expect(await seal()).toBeGreaterThanOrEqual(2);
    expect(await problems()).toEqual([]);

    // The control: a seal over everything up to its own moment would have missed the late row, which is older than that.
    const { rows } = await owner.query<{ missed: boolean }>(
      `select created_at < $1 as missed from app_public.audit_log
      where entity_type = 'venues' and new_values ->> 'name' = 'Late'`,
      [sealedAt[0]?.now],
    );
    expect(rows).toEqual([{ missed: true }]);
  });

  test("is made once when two make it at the same time", async () => {
    const others = await Promise.all([1, 2, 3].map(() => theatre.database.connect("lml_owner")));
    const sealed = await Promise.all(
      others.map(async (client) => {
        const { rows } = await client.query<{ sealed: string }>(
          "select app_private.seal_audit_log() as sealed",
        );
        return Number(rows[0]?.sealed);
      }),
    );
    expect(sealed.filter((count) => count > 0)).toHaveLength(1);
    expect(await problems()).toEqual([]);
  });
});

describe("a superuser who tampers is found out", () => {
  const anyRow = "(select id from app_public.audit_log order by id limit 1)";
  const tampering: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    "with a value": [
      `update app_public.audit_log set new_values = '{"name": "Nothing happened"}' where id = ${anyRow}`,
      ["a row was changed"],
    ],
    "with who did it": [
      `update app_public.audit_log set user_id = uuidv7() where id = ${anyRow}`,
      ["a row was changed"],
    ],
    "by removing a row": [
      `delete from app_public.audit_log where id = ${anyRow}`,
      ["a row is missing"],
    ],
    "by inserting a row into the past": [
      `insert into app_public.audit_log (action, entity_type, database_role, transaction_id)
      select 'insert', 'users', 'lml_owner', transaction_id from app_public.audit_log limit 1`,
      ["a row was inserted"],
    ],
    "with a row and its hash": [
      `with changed as (
        update app_public.audit_log as l set action = 'delete' where id = ${anyRow} returning l.*
      )
      update app_private.audit_sealed_rows as r
      set row_hash = sha256('made up') from changed as c where c.id = r.audit_id`,
      ["a row was changed", "the seal does not fit its rows"],
    ],
    "by removing a row and its hash": [
      `with gone as (delete from app_public.audit_log where id = ${anyRow} returning id)
      delete from app_private.audit_sealed_rows as r using gone where gone.id = r.audit_id`,
      ["the seal does not fit its rows"],
    ],
    "with the hash of a seal": [
      "update app_private.audit_seals set hash = sha256('made up') where seal_no = 1",
      ["the seal does not fit its rows", "the seal does not follow the one before it"],
    ],
    "by removing a batch with its seal": [
      `delete from app_public.audit_log as l using app_private.audit_sealed_rows as r
        where r.audit_id = l.id and r.seal_no = 1;
      delete from app_private.audit_sealed_rows where seal_no = 1;
      delete from app_private.audit_seals where seal_no = 1`,
      ["a seal is missing before this one", "the seal does not follow the one before it"],
    ],
  };

  test.each(Object.entries(tampering))("%s", async (_, [statements, found]) => {
    await seal();
    await rename(owner, "Another house");
    await seal();
    expect(await problems()).toEqual([]);
    await tamper(statements);
    expect(await problems()).toEqual(found);
  });

  test("by removing the end of the chain, once its hash was noted elsewhere", async () => {
    await seal();
    await rename(owner, "Another house");
    await seal();
    const { rows } = await owner.query<{ seal_no: string; hash: Buffer }>(
      "select seal_no, hash from app_private.audit_seals order by seal_no desc limit 1",
    );
    const noted = [rows[0]?.seal_no, rows[0]?.hash] as const;
    expect(await problems(...noted)).toEqual([]);
    await tamper(`delete from app_public.audit_log as l using app_private.audit_sealed_rows as r
        where r.audit_id = l.id and r.seal_no = 2;
      delete from app_private.audit_sealed_rows where seal_no = 2;
      delete from app_private.audit_seals where seal_no = 2`);
    // Nothing that is left in the database can tell.
    expect(await problems()).toEqual([]);
    expect(await problems(...noted)).toEqual(["the chain does not contain the hash that you know"]);
  });
});

/** With every trigger and foreign key switched off. */
async function tamper(statements: string): Promise<void> {
  const superuser = await theatre.database.connect("superuser");
  await superuser.query(`set session_replication_role = replica; ${statements}`);
  await superuser.end();
}
