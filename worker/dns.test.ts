// If these tests failed, a domain would be somebody's whose zone does not say so, or never become anybody's.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type pg from "pg";
import { testDatabase, type TestDatabase } from "../db/tests/harness.ts";
import { resolveTxt } from "./dns.ts";
import { startWorker, type RunningWorker } from "./worker.ts";

const domain = "tickets.example.com";
const zones = new Map<string, readonly string[]>();
/** What was asked for. */
const asked: string[] = [];
let isDown = false;
let database: TestDatabase;
let owner: pg.Client;
let worker: RunningWorker;

beforeAll(async () => {
  database = await testDatabase("theatre");
  owner = await database.connect("lml_owner");
  worker = await startWorker({
    databaseUrl: database.url("lml_worker"),
    stripe: { secretKey: "sk_test_dns", apiBase: "http://127.0.0.1:1" },
    log: () => undefined,
    resolveTxt: (name) => {
      asked.push(name);
      if (isDown) return Promise.reject(new Error("queryTxt ESERVFAIL"));
      return Promise.resolve(zones.get(name) ?? []);
    },
  });
});

afterAll(async () => {
  await worker.stop();
  await database.drop();
});

async function value<T>(text: string): Promise<T | undefined> {
  await owner.query("begin");
  await owner.query(
    "select set_config('lml.session_token', tests.token('session of theatre owner'), true)",
  );
  const { rows } = await owner.query<{ value: T }>(text);
  await owner.query("commit");
  return rows[0]?.value;
}

const organization = "tests.id('theatre.organization')";
const check = `select c.record_value as value from app_public.request_domain_check(${organization}) as c`;
const isProven = (): Promise<boolean | undefined> =>
  value(`select custom_domain_proven_at is not null as value from app_public.organizations`);
const misses = (): Promise<number | undefined> =>
  value("select missed_count as value from app_public.domain_challenges");

test("a domain is proven by what its zone says, asked by a job", async () => {
  await value(
    `select 1 as value from app_public.update_organization(${organization}, custom_domain => '${domain}')`,
  );
  const record = await value<string>(check);
  await expect.poll(misses).toBe(1);
  expect(await isProven()).toBe(false);
  expect(asked).toEqual([`_lml-challenge.${domain}`]);

  zones.set(`_lml-challenge.${domain}`, ["v=spf1 -all", record ?? ""]);
  await value("update app_public.domain_challenges set checked_at = null returning 1 as value");
  expect(await value(check)).toBe(record);
  await expect.poll(isProven).toBe(true);
});

test("a name server that is down says nothing about a domain", async () => {
  isDown = true;
  const before = asked.length;
  await value("select app_private.queue_domain_checks() as value");
  await expect.poll(() => asked.length).toBeGreaterThan(before);
  expect([await isProven(), await misses()]).toEqual([true, 0]);
});

test("a name that does not exist has no records", async () => {
  const { Resolver } = await import("node:dns/promises");
  const failing = vi.spyOn(Resolver.prototype, "resolveTxt");
  const failure = (code: string): Error => Object.assign(new Error(code), { code });
  failing.mockRejectedValueOnce(failure("ENODATA"));
  expect(await resolveTxt("a.example")).toEqual([]);
  failing.mockRejectedValueOnce(failure("ENOTFOUND"));
  expect(await resolveTxt("a.example")).toEqual([]);
  failing.mockRejectedValueOnce(failure("ETIMEOUT"));
  await expect(resolveTxt("a.example")).rejects.toThrow("ETIMEOUT");
  failing.mockResolvedValueOnce([["one, in ", "pieces"], ["two"]]);
  expect(await resolveTxt("a.example")).toEqual(["one, in pieces", "two"]);
  failing.mockRestore();
});
