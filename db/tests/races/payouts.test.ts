// If this fails, a payout is made twice, or pays what goes back to a buyer at the same moment.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome } from "./theatre.ts";

/** A theatre that may be paid, with one sale of 45.00 for it. */
async function withSale(): Promise<{ theatre: Theatre; booking: string; organization: string }> {
  const theatre = await Theatre.open();
  const organization = await theatre.value<string>("select tests.id('theatre.organization')");
  await theatre.owner.query(
    "update app_public.organizations set verification_status = 'verified' where id = $1",
    [organization],
  );
  await theatre.owner.query(
    `insert into app_public.stripe_accounts (
      organization_id, country, email, stripe_account_id, payout_enabled, transfers_enabled
    )
    values ($1, 'AT', 'a@b.example', 'acct_1', true, true)`,
    [organization],
  );
  const booking = await theatre.sell("b", 1, 1);
  return { theatre, booking, organization };
}

const create = (organization: string): string =>
  `select (app_public.create_payout('${organization}')).net_payout_cents::text`;
const paid = `select coalesce(sum(net_payout_cents), 0)::integer from app_public.payouts`;

async function twoPayouts(theatre: Theatre, organization: string): Promise<Outcome[]> {
  return await meet(
    [await theatre.user("theatre owner"), create(organization)],
    [await theatre.user("theatre admin"), create(organization)],
  );
}

test("of two payouts made at once, one has the money, and the other finds nothing", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  expect(await twoPayouts(theatre, organization)).toEqual([["4500"], "LMPOE"]);
  expect(await theatre.value(paid)).toBe(4500);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock, the key of the items stops the second one", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  await unlocked(theatre, organization);
  expect((await twoPayouts(theatre, organization))[1]).toBe("23505");
  expect(await theatre.value(paid)).toBe(4500);
});

test("control: without the key either, the sale is paid twice", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  await unlocked(theatre, organization);
  await theatre.owner.query("drop index app_public.payout_items_fact_is_paid_once");
  // Nobody waits for anybody any more.
  const owner = await theatre.user("theatre owner");
  const admin = await theatre.user("theatre admin");
  await owner.begin();
  expect(await owner.run(create(organization))).toEqual(["4500"]);
  expect(await admin.once(create(organization))).toEqual(["4500"]);
  await owner.commit();
  expect(await theatre.value(paid)).toBe(9000);
});

async function unlocked(theatre: Theatre, organization: string): Promise<void> {
  await theatre.owner.query("insert into app_private.payout_runs values ($1)", [organization]);
  await theatre.weaken("app_private.lock_payouts_of", "for update");
}

test("two runs of the schedule make one payout", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  await gesture(theatre, organization);
  const first = await theatre.session("", "lml_worker");
  const second = await theatre.session("", "lml_worker");
  await first.begin();
  await first.run("select app_private.run_due_payouts()");
  // It waits at most for the row of the run, and then finds that it has been.
  const other = second.once("select app_private.run_due_payouts()");
  await second.waitsBefore(other);
  await first.commit();
  await other;
  expect(await theatre.value("select count(*)::integer from app_public.payouts")).toBe(1);
  expect(await theatre.value("select count(*)::integer from app_public.payment_findings")).toBe(0);
  expect(await theatre.broken()).toEqual([]);
});

/** Something that the organization earned long before. */
async function gesture(theatre: Theatre, organization: string): Promise<void> {
  await theatre.owner.query(
    `select app_private.post_to_ledger(
      $1, null, 'EUR', 'adjustment:' || uuidv7(), 'A gesture',
      '{organizer_payable,adjustments}', '{-5000,5000}', now() - interval '40 days'
    )`,
    [organization],
  );
}

test("a refund at the same moment is in this payout or in the next, and never in none", async () => {
  const { theatre, booking, organization } = await withSale();
  await using _ = theatre;
  const manager = await theatre.user("theatre manager");
  const owner = await theatre.user("theatre owner");
  await manager.begin();
  expect(await manager.run(`select (app_public.cancel_booking('${booking}')).status`)).toEqual([
    "canceled",
  ]);
  // What is not committed yet is not seen, so that the sale is paid,
  expect(await owner.once(create(organization))).toEqual(["4500"]);
  await manager.commit();
  // and what was taken back is owed.
  const owed =
    "select payable_cents::integer from app_public.payout_preview(tests.id('theatre.organization'))";
  expect(await owner.value(owed)).toBe(-4500);
  expect(await owner.once(create(organization))).toBe("LMPOE");
  await theatre.sell("c", 2, 2, 3);
  expect(await owner.once(create(organization))).toEqual(["4500"]);
  expect(await owner.value(owed)).toBe(0);
  expect(await theatre.broken()).toEqual([]);
});

test("control: a payout that looks only at what came since the last one forgets the refund", async () => {
  const { theatre, booking, organization } = await withSale();
  await using _ = theatre;
  await theatre.weaken(
    "app_private.open_payout_facts",
    "and t.effective_at < open_payout_facts.ends_at",
    `and t.effective_at < open_payout_facts.ends_at
    and t.effective_at >= coalesce((
      select max(p.period_ends_at) from app_public.payouts as p
      join app_public.payout_items as i on i.payout_id = p.id
      where p.organization_id = t.organization_id
    ), '-infinity')`,
  );
  const manager = await theatre.user("theatre manager");
  const owner = await theatre.user("theatre owner");
  await manager.begin();
  await manager.run(`select (app_public.cancel_booking('${booking}')).status`);
  expect(await owner.once(create(organization))).toEqual(["4500"]);
  await manager.commit();
  await theatre.sell("c", 2, 2, 3);
  expect(await owner.once(create(organization))).toEqual(["9000"]);
});

async function approvals(theatre: Theatre, organization: string): Promise<Outcome[]> {
  const owner = await theatre.user("theatre owner");
  const second = await theatre.user("theatre admin");
  await theatre.owner.query(
    `insert into app_public.organization_members (organization_id, user_id, role)
    values ($1, tests.user_id('third'), 'admin')`,
    [organization],
  );
  await owner.value(
    `select (app_public.set_payout_settings('${organization}', null, null, 0)).organization_id`,
  );
  const payout = await owner.value<string>(
    `select (app_public.create_payout('${organization}')).id`,
  );
  await owner.value(`select (app_public.submit_payout('${payout}')).id`);
  const approve = `select (app_public.approve_payout('${payout}')).status::text`;
  return await meet([second, approve], [await theatre.user("third"), approve]);
}

test("of two people who approve a payout, one does", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  expect(await approvals(theatre, organization)).toEqual([["approved"], "LMPOS"]);
  expect(
    await theatre.value(
      "select approved_by = tests.user_id('theatre admin') from app_public.payouts",
    ),
  ).toBe(true);
});

test("control: without the lock on the payout, the second one takes the first one's place", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  await theatre.weaken("app_private.lock_payout", "for no key update");
  expect(await approvals(theatre, organization)).toEqual([["approved"], ["approved"]]);
  expect(
    await theatre.value("select approved_by = tests.user_id('third') from app_public.payouts"),
  ).toBe(true);
});

/** A payout that is approved already when its organization is suspended: what the worker is to ask. */
async function sentWhenSuspended(theatre: Theatre, organization: string): Promise<unknown> {
  const owner = await theatre.user("theatre owner");
  const payout = await owner.value<string>(
    `select (app_public.create_payout('${organization}')).id`,
  );
  expect(await owner.value(`select (app_public.submit_payout('${payout}')).status::text`)).toBe(
    "approved",
  );
  await theatre.owner.query(
    "insert into app_public.platform_staff (user_id, role) values (tests.user_id('root'), 'admin')",
  );
  const root = await theatre.user("root");
  await root.value(`select (app_public.suspend_organization('${organization}', 'Fraud')).status`);
  const worker = await theatre.session("", "lml_worker");
  return await worker.value(`select app_private.begin_payout('${payout}') ->> 'amount'`);
}

test("a payout that was approved is not sent once its organization is suspended", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  expect(await sentWhenSuspended(theatre, organization)).toBe(null);
  expect(await theatre.value("select status::text from app_public.payouts")).toBe("approved");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking how the organization is, it is", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  await theatre.weaken("app_private.may_send_payout", "o.status = 'active' and ");
  expect(await sentWhenSuspended(theatre, organization)).toBe("4500");
});

/** Somebody asks for the address where to say who they are, at the moment at which Stripe's account gets its id. */
async function linkAskedForMeanwhile(theatre: Theatre): Promise<unknown> {
  const account = await theatre.value<string>(
    `insert into app_public.stripe_accounts (organization_id, country, email)
    values (tests.id('theatre.organization'), 'AT', 'a@b.example') returning id`,
  );
  const recorded = `select app_private.record_stripe_account('${account}', 'acct_1', null)::text`;
  const asked = `select (app_public.request_onboarding_link('${account}', 'https://a.example')).url`;
  await meet(
    [await theatre.session("", "lml_worker"), recorded],
    [await theatre.user("theatre owner"), asked],
  );
  return await theatre.value(
    `select count(*)::integer from graphile_worker.jobs
    where task_identifier = 'stripe_account_link__create'`,
  );
}

test("whoever asks for an address while the account gets its id, gets one", async () => {
  await using theatre = await Theatre.open();
  expect(await linkAskedForMeanwhile(theatre)).toBe(1);
});

test("control: without the lock on the account, nobody ever makes it", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_public.request_onboarding_link", "for share");
  expect(await linkAskedForMeanwhile(theatre)).toBe(0);
});

/** Somebody books what was taken back by hand, while Stripe tells of more of it. */
async function bookedAndTold(theatre: Theatre, organization: string): Promise<Outcome[]> {
  await theatre.owner.query(
    "insert into app_public.platform_staff (user_id, role) values (tests.user_id('sam'), 'support')",
  );
  const owner = await theatre.user("theatre owner");
  const payout = await owner.value<string>(
    `select (app_public.submit_payout((app_public.create_payout('${organization}')).id)).id`,
  );
  await theatre.value("select app_private.begin_payout($1)", [payout]);
  await theatre.value("select app_private.record_transfer($1, 'tr_1', null)", [payout]);
  const tell = async (event: number): Promise<void> => {
    await theatre.owner.query(
      `select app_private.receive_stripe_event(jsonb_build_object(
        'id', 'evt_' || $2::integer, 'type', 'transfer.reversed', 'created', $2::integer,
        'data', jsonb_build_object('object', jsonb_build_object(
          'object', 'transfer', 'id', 'tr_1', 'amount', 4500, 'currency', 'eur',
          'destination', 'acct_1', 'amount_reversed', $2::integer * 500,
          'metadata', jsonb_build_object('lml_payout_id', $1::uuid),
          'reversals', jsonb_build_object('data', (
            select jsonb_agg(jsonb_build_object('id', 'trr_' || n, 'amount', 500))
            from generate_series(1, $2::integer) as n
          ))
        ))
      ), false)`,
      [payout, event],
    );
  };
  await tell(1);
  await theatre.value("select app_private.apply_stripe_event('evt_1')");
  await tell(2);
  const finding = await theatre.value<string>(
    "select id from app_public.payment_findings where kind = 'reversal_not_asked_for'",
  );
  return await meet(
    [await theatre.worker(), "select app_private.apply_stripe_event('evt_2')"],
    [
      await theatre.user("sam"),
      `select (app_public.book_unasked_reversals('${finding}', 'Sue did it.')).reversed_cents::text`,
    ],
  );
}

test("what is told of while it is booked is booked, too", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  expect(await bookedAndTold(theatre, organization)).toEqual([["refused"], ["1000"]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: by the finding as it was before, a part of it is forgotten", async () => {
  const { theatre, organization } = await withSale();
  await using _ = theatre;
  await theatre.weaken(
    "app_public.book_unasked_reversals",
    "select * into strict v_finding\n  from app_public.payment_findings as f where f.id = v_finding.id;",
  );
  expect(await bookedAndTold(theatre, organization)).toEqual([["refused"], ["500"]]);
});
