// If these tests failed, a session would live on after it was ended: on a connection that is open, in a transaction that
// is open, or for somebody who may do nothing any more.
import type pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Theatre } from "../races/theatre.ts";

let theatre: Theatre;
let victim: pg.Client;

beforeEach(async () => {
  theatre = await Theatre.open();
  await theatre.owner.query("select tests.user_id('ada')");
  victim = await theatre.database.connect("lml_authenticator");
  // A request in the middle of its work.
  await victim.query("begin");
  await victim.query("select tests.sign_in('ada')");
});

afterEach(() => theatre[Symbol.asyncDispose]());

/** How many accounts the session sees: its own, or none. */
async function seen(): Promise<number> {
  const { rowCount } = await victim.query("select from app_public.users");
  return rowCount ?? 0;
}

const endings: Readonly<Record<string, string>> = {
  "its user ends it": `begin; select tests.sign_in('ada');
    select app_public.revoke_session((select id from app_public.user_sessions)); commit`,
  "its user signs out everywhere": `begin; select tests.sign_in('ada');
    select app_public.sign_out_everywhere(); commit`,
  "its time is over": `update app_public.user_sessions
    set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'`,
  "the account is suspended":
    "update app_public.users set account_status = 'suspended' where id = tests.user_id('ada')",
  "its token is removed": "delete from app_private.session_tokens",
};

test.each(Object.entries(endings))("a session is dead at once when %s", async (_, ending) => {
  expect(await seen()).toBe(1);
  await end(ending);
  // The same connection, the same transaction.
  expect(await seen()).toBe(0);
  await expect(
    victim.query("select app_public.create_organization('X', 'x', 'x@example.com', 'EUR')"),
  ).rejects.toMatchObject({ code: "LMSES" });
});

test("control: an identity that is remembered outlives its session", async () => {
  await theatre.owner.query(`
    alter function app_hidden.current_user_id() rename to looked_up_user_id;
    create function app_hidden.current_user_id() returns uuid
    language plpgsql volatile security definer as $$
    begin
      if coalesce(current_setting('lml.remembered', true), '') = '' then
        perform set_config('lml.remembered', app_hidden.looked_up_user_id()::text, true);
      end if;
      return nullif(current_setting('lml.remembered'), '')::uuid;
    end $$;
    grant execute on function app_hidden.current_user_id() to lml_anonymous, lml_user;
    drop policy select_own on app_public.users;
    create policy select_own on app_public.users
      for select to lml_user using (id = (select app_hidden.current_user_id()))`);
  expect(await seen()).toBe(1);
  await end("update app_public.user_sessions set revoked_at = now()");
  expect(await seen()).toBe(1);
});

async function end(ending: string): Promise<void> {
  const other = await theatre.database.connect("superuser");
  await other.query(ending);
  await other.end();
}
