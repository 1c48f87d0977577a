// If this fails, something is posted into a month that is being closed, or two do at once what is done once.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome } from "./theatre.ts";

const organization = "tests.id('theatre.organization')";
const lastMonth = "(date_trunc('month', now(), 'UTC') - interval '1 month')";

/** A fact of last month. */
const post = (name: string): string => `select app_private.post_to_ledger(
  ${organization}, null, 'EUR', 'test:${name}', 'Test',
  array['adjustments', 'organizer_payable']::app_public.ledger_account_kind[], array[5, -5], ${lastMonth})`;
const close = `select (app_public.close_period(${organization}, ${lastMonth}::date)).status::text`;
const periodOf = (name: string): string =>
  `select accounting_period < date_trunc('month', now(), 'UTC')::date
    from app_public.ledger_transactions where source = 'test:${name}'`;

/** A theatre with books of last month. */
async function withBooks(): Promise<Theatre> {
  const theatre = await Theatre.open();
  await theatre.value("select tests.user_id('theatre owner')");
  await theatre.value(post("first"));
  return theatre;
}

async function closingAgainstPosting(theatre: Theatre): Promise<Outcome[]> {
  return await meet(
    [await theatre.worker(), post("late")],
    [await theatre.user("theatre owner"), close],
  );
}

test("whoever closes a month waits for what is being posted into it", async () => {
  await using theatre = await withBooks();
  expect(await closingAgainstPosting(theatre)).toEqual([[true], ["closed"]]);
  expect(await theatre.value(periodOf("late"))).toBe(true);
  expect(
    await theatre.value("select max(closing_cents)::integer from app_public.ledger_balances"),
  ).toBe(10);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock, the month is closed without it", async () => {
  await using theatre = await withBooks();
  await theatre.weaken(
    "app_hidden.tg_accounting_periods__check_status",
    "p.id = old.id for update",
    "p.id = old.id",
  );
  const [poster, owner] = [await theatre.worker(), await theatre.user("theatre owner")];
  await poster.begin();
  await poster.run(post("late"));
  expect(await owner.once(close)).toEqual(["closed"]);
  await poster.commit();
  expect(await theatre.broken()).toContain("balance_of_a_closed_month_is_its_entries");
});

test("what comes while a month is being closed goes into the next one", async () => {
  await using theatre = await withBooks();
  const outcomes = await meet(
    [await theatre.user("theatre owner"), close],
    [await theatre.worker(), post("late")],
  );
  expect(outcomes).toEqual([["closed"], [true]]);
  expect(await theatre.value(periodOf("late"))).toBe(false);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the month, it is posted into what is closed", async () => {
  await using theatre = await withBooks();
  await theatre.weaken(
    "app_hidden.tg_ledger_transactions__assign_period",
    "limit 1\n    for key share",
    "limit 1",
  );
  const [owner, poster] = [await theatre.user("theatre owner"), await theatre.worker()];
  await owner.begin();
  await owner.run(close);
  const late = poster.once(post("late"));
  // The month's key is still locked by the foreign key, so that it waits, and then goes where it must not.
  expect(await poster.waitsBefore(late)).toBe(true);
  await owner.commit();
  expect(await late).toEqual([true]);
  expect(await theatre.value(periodOf("late"))).toBe(true);
  expect(await theatre.broken()).toContain("balance_of_a_closed_month_is_its_entries");
});

test("two who open the same month meet in its key", async () => {
  await using theatre = await Theatre.open();
  const outcomes = await meet(
    [await theatre.worker(), post("one")],
    [await theatre.worker(), post("two")],
  );
  expect(outcomes).toEqual([[true], [true]]);
  expect(await theatre.value("select count(*)::integer from app_public.accounting_periods")).toBe(
    1,
  );
  expect(await theatre.broken()).toEqual([]);
});

/** A correction that one member of the staff asked for, and two others decide on. */
async function twoDecisions(theatre: Theatre): Promise<Outcome[]> {
  await theatre.value("select tests.user_id('theatre owner')");
  await theatre.value(post("first"));
  await theatre.owner.query(`
    insert into app_public.platform_staff (user_id, role)
    select tests.user_id(name), 'support' from unnest(array['sam', 'sue', 'sid']) as name`);
  await theatre.owner.query(
    "select tests.keep('fact', id) from app_public.ledger_transactions where source = 'test:first'",
  );
  const sam = await theatre.user("sam");
  await sam.value(`select tests.keep('correction', (app_public.request_correction(
    tests.id('fact'), 'EUR',
    '{adjustments,organizer_payable}', '{-5,5}', 'Twice')).id)`);
  return await meet(
    [
      await theatre.user("sue"),
      "select (app_public.post_correction(tests.id('correction'))).status::text",
    ],
    [
      await theatre.user("sid"),
      "select (app_public.reject_correction(tests.id('correction'))).status::text",
    ],
  );
}

test("of two who decide on a correction, the first does", async () => {
  await using theatre = await Theatre.open();
  expect(await twoDecisions(theatre)).toEqual([["posted"], "LMCOR"]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock, a constraint has to stop the second", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_correction", "for no key update");
  expect((await twoDecisions(theatre))[1]).toBe("23514");
});

test("a refund that was pending when its month was closed is booked into the next one", async () => {
  await using theatre = await Theatre.open();
  const booking = await theatre.sell("b", 1, 1);
  const owner = await theatre.user("theatre owner");
  await owner.value(`select (app_public.cancel_booking('${booking}')).status`);
  // The month ends now. The next one is where it was.
  await theatre.owner.query(`
    begin;
    alter table app_public.accounting_periods disable trigger user;
    update app_public.accounting_periods set ends_at = now();
    alter table app_public.accounting_periods enable trigger user;
    commit`);
  await owner.value(`select (app_public.close_period(${organization}, p.period, true)).status
    from app_public.accounting_periods as p`);
  await theatre.owner.query(
    "select app_private.record_refund(tests.refund_of($1), 're_1', 'succeeded', null)",
    [booking],
  );
  expect(
    await theatre.value(`select string_agg(
        split_part(t.source, ':', 1) || ' ' || p.status, ', ' order by t.id
      )
      from app_public.ledger_transactions as t
      join app_public.accounting_periods as p
        on p.organization_id = t.organization_id and p.period = t.accounting_period`),
  ).toBe("payment closed, sale closed, sale_reversal closed, refund open");
  expect(
    await theatre.value(`select sum(b.closing_cents)::integer
      from app_public.ledger_balances as b
      join app_public.ledger_accounts as a on a.id = b.account_id
      where a.kind = 'buyer_clearing'`),
  ).toBe(-6280);
  expect(await theatre.status(booking)).toBe("refunded");
  expect(await theatre.broken()).toEqual([]);
});

test("what does not sum to zero is refused at commit", async () => {
  await using theatre = await withBooks();
  const worker = await theatre.worker();
  expect(await worker.once(post("odd").replace("-5", "-4"))).toBe("LMBAL");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the check at commit, the books do not balance", async () => {
  await using theatre = await withBooks();
  await theatre.owner.query("drop trigger _900_check_balance on app_public.ledger_entries");
  const worker = await theatre.worker();
  expect(await worker.once(post("odd").replace("-5", "-4"))).toEqual([true]);
  expect(await theatre.broken()).toContain("ledger_transaction_is_balanced");
});

/** A sale is taken back while a part of it is being moved: how the correction ends. */
async function correctionAgainstReturn(theatre: Theatre): Promise<Outcome> {
  await theatre.owner.query(`insert into app_public.platform_staff (user_id, role)
    values (tests.user_id('sam'), 'support'), (tests.user_id('sue'), 'support')`);
  await theatre.sell("other", 9, 2, 3);
  const sale = await theatre.sell("sale", 1, 1);
  const fact = await theatre.value<string>(
    "select id from app_public.ledger_transactions where source = 'sale:' || $1",
    [sale],
  );
  const asked = await (
    await theatre.user("sam")
  ).value<string>(`select (app_public.request_correction('${fact}', 'EUR',
    '{platform_commission,organizer_payable}', '{100,-100}', 'Wrong')).id`);
  const sue = await theatre.user("sue");
  const owner = await theatre.user("theatre owner");
  await owner.begin();
  await owner.run(`select (app_public.refund_tickets('${sale}', 'Ill')).id`);
  const posting = sue.once(`select (app_public.post_correction('${asked}')).status::text`);
  await sue.waitsBefore(posting);
  await owner.commit();
  return await posting;
}

test("of a sale that is being taken back, nothing is moved", async () => {
  await using theatre = await Theatre.open();
  expect(await correctionAgainstReturn(theatre)).toBe("LMBAL");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the booking, somebody keeps a share of nothing", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_public.post_correction", "for no key update");
  expect(await correctionAgainstReturn(theatre)).toEqual(["posted"]);
});
