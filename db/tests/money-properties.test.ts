// If this fails, some sequence of what buyers, staff, Stripe and time may do loses money, makes it, or sells something twice.
import { expect, test } from "vitest";
import { inTransaction, type TestTransaction } from "./harness.ts";

/** Numbers that are the same for the same seed (mulberry32). */
function dice(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const helpers = `
  create function tests.intent_says(intent uuid, said text) returns text
  language plpgsql volatile security definer set search_path = '' as $$
  declare
    v_intent app_public.payment_intents;
    v_event_id text := 'evt_' || replace(uuidv7()::text, '-', '');
  begin
    select * into strict v_intent from app_public.payment_intents as p where p.id = intent_says.intent;
    perform app_private.receive_stripe_event(
      jsonb_build_object(
        'id', v_event_id, 'type', 'payment_intent.' || said,
        'created', extract(epoch from now())::bigint
          + (select count(*) from app_private.stripe_events),
        'data', jsonb_build_object('object', jsonb_build_object(
          'object', 'payment_intent',
          'id', coalesce(v_intent.stripe_payment_intent_id, 'pi_' || replace(v_intent.id::text, '-', '')),
          'status', said, 'amount', v_intent.amount_cents, 'currency', lower(v_intent.currency),
          'metadata', jsonb_build_object('lml_payment_intent_id', v_intent.id)
        ))
      ), false
    );
    return app_private.apply_stripe_event(v_event_id);
  end
  $$;
  create function tests.bank_says(intent uuid, dispute text, said text, cents bigint, movements jsonb)
  returns text
  language plpgsql volatile security definer set search_path = '' as $$
  declare
    v_intent app_public.payment_intents;
    v_event_id text := 'evt_' || replace(uuidv7()::text, '-', '');
    v_now bigint := extract(epoch from now())::bigint;
  begin
    select * into strict v_intent from app_public.payment_intents as p where p.id = bank_says.intent;
    perform app_private.receive_stripe_event(
      jsonb_build_object(
        'id', v_event_id, 'type', 'charge.dispute.updated',
        'created', v_now + (select count(*) from app_private.stripe_events),
        'data', jsonb_build_object('object', jsonb_build_object(
          'object', 'dispute', 'id', bank_says.dispute, 'status', bank_says.said, 'reason', 'fraudulent',
          'payment_intent', v_intent.stripe_payment_intent_id, 'amount', bank_says.cents,
          'currency', lower(v_intent.currency), 'created', v_now - 5,
          'evidence_details', jsonb_build_object('due_by', v_now + 777600, 'submission_count', 0),
          'balance_transactions', (
            select coalesce(jsonb_agg(m || jsonb_build_object(
              'id', bank_says.dispute || '_' || n, 'currency', lower(v_intent.currency), 'created', v_now
            )), '[]')
            from jsonb_array_elements(bank_says.movements) with ordinality as m (m, n)
          )
        ))
      ), false
    );
    return app_private.apply_stripe_event(v_event_id);
  end
  $$;
  create function tests.stripe_tells(object jsonb) returns text
  language plpgsql volatile security definer set search_path = '' as $$
  declare
    v_event_id text := 'evt_' || replace(uuidv7()::text, '-', '');
  begin
    perform app_private.receive_stripe_event(
      jsonb_build_object(
        'id', v_event_id, 'type', (stripe_tells.object ->> 'object') || '.updated',
        'created', extract(epoch from now())::bigint
          + (select count(*) from app_private.stripe_events),
        'data', jsonb_build_object('object', stripe_tells.object)
      ), false
    );
    return app_private.apply_stripe_event(v_event_id);
  end
  $$;
  create function tests.hand_refund(intent uuid, refund text, said text, cents bigint) returns text
  language sql volatile security definer set search_path = '' as $$
    select tests.stripe_tells(jsonb_build_object(
      'object', 'refund', 'id', hand_refund.refund, 'status', hand_refund.said,
      'amount', hand_refund.cents, 'currency', lower(p.currency), 'metadata', '{}'::jsonb,
      'payment_intent', p.stripe_payment_intent_id
    ))
    from app_public.payment_intents as p where p.id = hand_refund.intent
  $$;
  create function tests.hand_reversal(payout uuid, cents bigint[]) returns text
  language sql volatile security definer set search_path = '' as $$
    select tests.stripe_tells(jsonb_build_object(
      'object', 'transfer', 'id', p.stripe_transfer_id, 'amount', p.net_payout_cents,
      'currency', lower(p.currency), 'destination', a.stripe_account_id,
      'amount_reversed', (select sum(c) from unnest(hand_reversal.cents) as c),
      'metadata', jsonb_build_object('lml_payout_id', p.id),
      'reversals', jsonb_build_object('data', (
        select jsonb_agg(jsonb_build_object('id', format('trr_%s_%s', p.id, n), 'amount', c))
        from unnest(hand_reversal.cents) with ordinality as r (c, n)
      ))
    ))
    from app_public.payouts as p
    join app_public.stripe_accounts as a on a.id = p.stripe_account_id
    where p.id = hand_reversal.payout
  $$;
  create function tests.finding(subject text) returns uuid
  language sql stable security definer set search_path = '' as $$
    select f.id from app_public.payment_findings as f
    where f.subject = finding.subject and f.resolved_at is null
    order by f.id limit 1
  $$;
  create function tests.elapse(booking_id uuid, days integer) returns void
  language sql volatile security definer set search_path = '' as $$
    update app_public.booking_payment_schedule as s
    set due_at = s.due_at - make_interval(days => elapse.days),
      remind_at = s.remind_at - make_interval(days => elapse.days),
      cancel_at = s.cancel_at - make_interval(days => elapse.days)
    where s.booking_id = elapse.booking_id
  $$;
  create view tests.broken as
    select invariant, detail from app_public.check_invariants()
    union all
    select 'code_is_used_within_its_limit', c.code::text
    from app_public.discount_codes as c
    where c.uses_max < (
      select count(*) from app_public.discount_redemptions as r
      join app_public.bookings as b on b.id = r.booking_id
      where r.discount_code_id = c.id and b.status in ('confirmed', 'partially_paid', 'completed')
    )
    union all
    select 'what_is_kept_of_a_sale_is_owed_to_somebody', format('%s %s %s of %s', b.booking_reference, a.kind,
      sum(e.amount_cents), sum(e.amount_cents) filter (where t.source like 'sale:%'))
    from app_public.ledger_transactions as t
    join app_public.bookings as b on b.id = t.booking_id
    join app_public.ledger_entries as e on e.transaction_id = t.id
    join app_public.ledger_accounts as a on a.id = e.account_id
    where a.kind in ('organizer_payable', 'promoter_payable', 'platform_commission', 'service_fees',
      'processing_fees', 'taxes_payable')
      -- Who loses a dispute bears its fee.
      and t.category <> 'dispute_fee'
    group by b.id, b.booking_reference, a.kind
    having sum(e.amount_cents) > 0
    union all
    -- What the books have of a booking's money is payments less refunds less lost disputes.
    select 'paid_is_payments_less_refunds_less_lost_disputes', format('%s has %s of %s', b.booking_reference,
      m.kept, p.received - p.returned - p.lost)
    from app_public.bookings as b
    cross join lateral (
      select coalesce(sum(e.amount_cents), 0) as kept
      from app_public.ledger_transactions as t
      join app_public.ledger_entries as e on e.transaction_id = t.id
      join app_public.ledger_accounts as a on a.id = e.account_id
      where t.booking_id = b.id and a.kind in ('stripe_balance', 'box_office', 'disputes', 'stripe_fees')
        and t.category not in ('dispute_fee', 'correction')
    ) as m
    cross join lateral (
      select coalesce(sum(p.received_cents), 0) as received,
        coalesce((select sum(r.amount_cents) from app_public.refunds as r
          where r.booking_id = b.id and r.status = 'succeeded'), 0) as returned,
        coalesce((select sum(d.posted_loss_cents) from app_public.disputes as d
          where d.booking_id = b.id), 0) as lost
      from app_public.payment_intents as p where p.booking_id = b.id
    ) as p
    where m.kept <> p.received - p.returned - p.lost
    union all
    -- Who pays for what Stripe charges of one payment, and for what is corrected of that.
    select 'fees_of_a_payment_have_one_payer', c.payment
    from (
      select case
          when f.source like 'dispute%' then (
            select 'payment:' || d.payment_intent_id from app_public.disputes as d
            where d.id = split_part(f.source, ':', 2)::uuid
          )
          else regexp_replace(f.source, '^stripe_fee:([^:]*).*', 'payment:\\1')
        end as payment, t.pays_stripe_fees
      from app_public.ledger_transactions as t
      cross join lateral (
        with recursive chain as (
          select t.source, t.corrects_id
          union all
          select o.source, o.corrects_id from chain as c
          join app_public.ledger_transactions as o on o.id = c.corrects_id
        )
        select c.source from chain as c where c.corrects_id is null
      ) as f
      where f.source ~ '^(payment|stripe_fee|dispute|dispute_reinstatement|dispute_loss):' and exists (
        select from app_public.ledger_entries as e
        join app_public.ledger_accounts as a on a.id = e.account_id and a.kind = 'stripe_fees'
        where e.transaction_id = t.id
      )
    ) as c
    join app_public.ledger_transactions as p on p.source = c.payment
    where p.pays_stripe_fees <> c.pays_stripe_fees
    union all
    select 'ledger_sums_to_zero', format('%s %s', a.currency, sum(e.amount_cents))
    from app_public.ledger_entries as e join app_public.ledger_accounts as a on a.id = e.account_id
    group by a.organization_id, a.currency having sum(e.amount_cents) <> 0
    union all
    select 'fact_is_paid_out_once', i.ledger_transaction_id::text
    from app_public.payout_items as i
    where i.released_at is null and i.ledger_transaction_id is not null
    group by i.ledger_transaction_id, i.promoter_id having count(*) > 1
    union all
    select 'amount_can_be_charged', format('%s %s', x.amount_cents, x.currency)
    from (
      select amount_cents, currency from app_public.payment_intents
      union all
      select amount_cents, currency from app_public.refunds
    ) as x
    where app_hidden.rounded(x.amount_cents, x.currency) <> x.amount_cents
    union all
    select 'stripe_money_is_refunds_of_it', p.id::text
    from app_public.payment_intents as p
    where p.refunded_cents <> (
      select coalesce(sum(r.amount_cents), 0) from app_public.refunds as r
      where r.payment_intent_id = p.id and r.status not in ('failed', 'canceled'));
  create view tests.stuck as
    select b.id, format('%s is %s, and its buyer owes %s instead of %s', b.booking_reference, b.status,
      app_private.owed_by_buyer(b.organization_id, b.id), x.due) as detail
    from app_public.bookings as b
    cross join lateral (
      select coalesce((
        select sum(p.amount_cents) from app_public.payment_intents as p
        where p.booking_id = b.id and p.method = 'invoice' and p.status = 'pending'
      ), 0) + coalesce((
        select sum(s.amount_cents) from app_public.booking_payment_schedule as s
        where s.booking_id = b.id and s.status <> 'paid' and b.status = 'partially_paid'
      ), 0) as due
    ) as x
    where app_private.owed_by_buyer(b.organization_id, b.id) <> x.due;
  grant select on tests.broken, tests.stuck to public;
  grant usage on schema tests to public;
  grant execute on all functions in schema tests to public;
`;

interface Dispute {
  readonly id: string;
  readonly intent: string;
  readonly cents: number;
  readonly movements: { readonly amount: number; readonly fee: number }[];
  said: string;
}

class Story {
  readonly t: TestTransaction;
  readonly roll: (below: number) => number;
  readonly log: string[] = [];
  currency = "EUR";
  bookings: { id: string; who: string }[] = [];
  disputes: Dispute[] = [];
  /** What was returned at Stripe by hand, and taken back of each payout. */
  handRefunds: { readonly id: string; readonly intent: string; readonly cents: number }[] = [];
  reversals = new Map<string, number[]>();
  /** Who is paid out: the organization, and its promoter. */
  payees: string[] = ["null"];

  constructor(t: TestTransaction, seed: number) {
    this.t = t;
    this.roll = dice(seed);
  }

  one<T>(of: readonly T[]): T | undefined {
    return of[this.roll(Math.max(1, of.length))];
  }

  flip(percent: number): boolean {
    return this.roll(100) < percent;
  }

  /** One statement of somebody; its value, or undefined when it was refused. */
  async does(who: string, statement: string): Promise<string | undefined> {
    const { rows, client } = this.t;
    await rows(`select tests.${who}`);
    await client.query("savepoint step");
    try {
      const [row] = await rows<{ value: string }>(`select (${statement})::text as value`);
      await rows("set constraints all immediate");
      await rows("set constraints all deferred");
      await rows("select tests.as_owner()");
      this.log.push(`${who}: ${statement}: ${String(row?.value).slice(0, 80)}`);
      return row?.value;
    } catch (error) {
      await client.query("rollback to savepoint step");
      await rows("select tests.as_owner()");
      const { code, message } = error as { code?: string; message: string };
      this.log.push(`${who}: ${statement}: ${code}`);
      if (!String(code).startsWith("LM") || code === "LMSUM" || code === "LMTRN") {
        throw new Error(`${code} ${message}\n${this.log.join("\n")}`, { cause: error });
      }
      return undefined;
    }
  }

  async ids(text: string): Promise<string[]> {
    return (await this.t.rows<{ id: string }>(text)).map(({ id }) => id);
  }

  async world(): Promise<void> {
    const { rows, client } = this.t;
    this.currency = this.one(["EUR", "EUR", "JPY", "KWD", "ISK"]) ?? "EUR";
    await rows("select tests.create_theatre('theatre', $1)", [this.currency]);
    await client.query(helpers);
    await rows("select tests.create_standing()");
    await rows("select tests.user_id(n) from unnest(array['ada', 'bob']) as n");
    await rows(
      `update app_public.events set service_fee_percentage = $1, service_fee_fixed_cents = $2,
        commission_percentage = $3`,
      [this.roll(300_000) / 10_000, this.roll(10) * 100, this.roll(400_000) / 10_000],
    );
    const scale = this.one([1, 1, 1, 10]) ?? 1;
    const { step } = this;
    for (const id of await this.ids("select id from app_public.ticket_category_prices")) {
      await rows("update app_public.ticket_category_prices set price_cents = $2 where id = $1", [
        id,
        Math.round((this.roll(9999) * scale) / step) * step,
      ]);
    }
    const event = "tests.id('standing.event')";
    const owner = "sign_in('theatre owner')";
    const does = async (s: string): Promise<string | undefined> => await this.does(owner, s);
    await rows(
      `insert into app_public.platform_staff (user_id, role)
      values (tests.user_id('sam'), 'support'), (tests.user_id('root'), 'admin')`,
    );
    await rows("update app_public.organizations set verification_status = 'verified'");
    await rows(
      "update app_public.organization_settings set payout_delay_days = 0, minimum_payout_cents = 1",
    );
    await rows(
      `insert into app_public.stripe_accounts (
        organization_id, country, email, stripe_account_id, payout_enabled, transfers_enabled
      )
      values (tests.id('theatre.organization'), 'AT', 'x@example.com', 'acct_1', true, true)`,
    );
    if (this.flip(40))
      await does(`(app_public.set_absorbed_fees(${event}, ${this.flip(70)}, ${this.flip(50)})).id`);
    if (this.flip(40)) {
      const place = await does(
        `(app_public.save_tax_jurisdiction(tests.id('theatre.organization'), 'There', ${this.flip(70)})).id`,
      );
      await does(`(app_public.set_tax_rate('${place}', 'There', ${this.roll(2500) / 100})).id`);
      await does(`(app_public.set_event_tax_jurisdiction(${event}, '${place}')).id`);
    }
    if (this.flip(60)) {
      const promoter = await does(
        `(app_public.create_promoter(tests.id('theatre.organization'), 'P')).id`,
      );
      this.payees.push(`'${promoter}'`);
      await rows(
        `insert into app_public.stripe_accounts (
          organization_id, promoter_id, country, email, stripe_account_id, payout_enabled,
          transfers_enabled
        )
        values (tests.id('theatre.organization'), $1, 'AT', 'p@example.com', 'acct_2', true, true)`,
        [promoter],
      );
      await does(
        `(app_public.set_event_promoter(${event}, '${promoter}', ${1 + this.roll(9900) / 100})) is not null`,
      );
    }
    await does(`(app_public.create_discount_code(${event}, 'THIRD', percentage => 33.3333)).id`);
    await does(
      `(app_public.create_discount_code(${event}, 'TEN', amount_cents => ${1000 * scale})).id`,
    );
    await does(
      `(app_public.create_discount_code(${event}, 'ONCE', percentage => 50, uses_max => 1)).id`,
    );
    await does(`(app_public.create_discount_code(${event}, 'ALL', percentage => 100)).id`);
    await does(
      `(app_public.create_discount_code(${event}, 'MINE', percentage => 10, uses_per_customer_max => 1)).id`,
    );
    await does(`(app_public.create_payment_plan(${event}, 'Halves', ${1 + this.roll(3)}, deposit_percentage => ${1 + this.roll(80)},
      first_due_days => 3, interval_days => 3, last_due_days_before => 10, reminder_days => 1, grace_days => 3,
      overdue_action => '${this.flip(50) ? "refund" : "keep_deposit"}')).id`);
    await does(
      `(app_public.create_add_on('Shirt', ${step * this.roll(30)}, ${event}, stock => 3)).id`,
    );
    await does(`(app_public.create_add_on('Parking', ${step * this.roll(3000)}, ${event})).id`);
    if (this.flip(60)) {
      await does(`(app_public.set_cancellation_policy(tests.id('theatre.organization'), array[7], array[${1 + this.roll(99)}.5],
        refunds_service_fees => ${this.flip(50)}, refunds_processing_fees => ${this.flip(50)})).id`);
    }
    if (this.flip(50)) {
      const [category] = await this.ids(
        `select id from app_public.ticket_categories where event_id = ${event} and name = 'II'`,
      );
      await does(
        `(app_public.set_category_approval('${category}', true, capture_method => '${this.flip(50) ? "manual" : "automatic"}')).id`,
      );
    }
    const parking = await does(
      `(app_public.create_add_on('Codes', ${step * this.roll(200)}, ${event}, stock => 0, delivery => 'digital')).id`,
    );
    await does(`(app_public.add_add_on_codes('${parking}', '{A,B,C,D}')).total`);
    await does(`(app_public.update_add_on('${parking}', returns_to_stock => ${this.flip(50)})).id`);
    await does(`(app_public.update_event(${event}, has_waiting_list => true)).id`);
    await rows("update app_public.users set email_verified_at = now()");
    await rows(
      "update app_public.organization_settings set pays_stripe_fees = $1, hold_seconds_max = 7200",
      [this.flip(50)],
    );
    if (this.flip(30))
      await does(
        `(app_public.set_refund_approval(tests.id('theatre.organization'), 3000)) is not null`,
      );
  }

  seats(): string {
    const from = 1 + this.roll(18);
    const nos = Array.from(
      { length: 1 + this.roll(3) },
      (_, n) => 1 + ((from + n * (1 + this.roll(4))) % 18),
    );
    return `tests.seats(${[...new Set(nos)].join()})`;
  }

  async fill(id: string, who: string): Promise<void> {
    if (this.flip(40))
      await this.does(
        who,
        `(app_public.apply_discount_code('${id}', '${this.one(["THIRD", "TEN", "ONCE", "ALL", "MINE"])}')).total_amount_cents`,
      );
    if (this.flip(30))
      await this.does(
        who,
        `(app_public.hold_admissions(tests.id('standing.performance'), tests.id('standing.${this.one(["floor", "terrace"])}.category'), ${1 + this.roll(3)}, '${id}')).id`,
      );
    if (this.flip(40)) {
      const add = this.one(await this.ids("select id from app_public.add_ons order by name"));
      await this.does(who, `(app_public.add_add_on('${id}', '${add}', ${this.roll(3)})).id`);
    }
    if (this.flip(30))
      await this.does(
        who,
        `(app_public.choose_payment_plan('${id}', (select p.id from app_public.payment_plans as p limit 1))).id`,
      );
    if (this.flip(10))
      await this.does(who, `(app_public.remove_discount_code('${id}')).total_amount_cents`);
  }

  /** What was sent to the buyer of a booking, whatever became of it. */
  async sentBack(id: string): Promise<number> {
    const [sum] = await this.t.rows<{ cents: string }>(
      `select coalesce(sum(amount_cents), 0) as cents from app_public.refunds
      where booking_id = '${id}' and retried_refund_id is null`,
    );
    return Number(sum?.cents);
  }

  /** A bank takes money back, or answers. */
  async dispute(): Promise<void> {
    const open = this.disputes.filter(
      ({ said }) => !["won", "lost", "warning_closed"].includes(said),
    );
    const known = this.flip(75) ? this.one(open) : undefined;
    if (known !== undefined) {
      await this.say(known, this.one(this.nextOf(known)) ?? known.said);
      return;
    }
    const paid = await this.t.rows<{ id: string; cents: number }>(
      `select id, received_cents::int as cents from app_public.payment_intents
      where method = 'card' and status = 'succeeded' order by id`,
    );
    const payment = this.one(paid);
    if (payment === undefined) return;
    const part = Math.max(1, Math.ceil(payment.cents / this.step / (1 + this.roll(4)))) * this.step;
    const dispute: Dispute = {
      id: `dp_${this.disputes.length}`,
      intent: payment.id,
      cents: Math.min(part, payment.cents),
      movements: [],
      said: "",
    };
    this.disputes.push(dispute);
    await this.say(dispute, this.flip(25) ? "warning_needs_response" : "needs_response");
  }

  nextOf({ said, movements }: Dispute): string[] {
    if (said.startsWith("warning")) return ["warning_closed", "needs_response"];
    return movements.length === 0 ? ["needs_response"] : ["under_review", "won", "lost", "lost"];
  }

  async say(dispute: Dispute, said: string): Promise<void> {
    const { id, intent, cents, movements } = dispute;
    if (said === "needs_response" && movements.length === 0 && this.flip(80))
      movements.push({ amount: -cents, fee: 1500 });
    if (said === "won") movements.push({ amount: cents, fee: this.flip(50) ? -1500 : 0 });
    dispute.said = said;
    await this.does(
      "as_owner()",
      `tests.bank_says('${intent}', '${id}', '${said}', ${cents}, '${JSON.stringify(movements)}')`,
    );
  }

  /** Money goes to the organization, does not arrive, or is taken back. */
  async payOut(): Promise<void> {
    const owner = "sign_in('theatre owner')";
    const payouts = await this.t.rows<{ id: string; status: string; net: number }>(
      `select id, status::text, net_payout_cents::int as net from app_public.payouts
      where status <> 'canceled' order by id`,
    );
    const payout = this.flip(80) ? this.one(payouts.slice(-2)) : undefined;
    if (payout === undefined) {
      const payee = this.one(this.payees) ?? "null";
      // All of a story happens at one moment, after which the payout is made.
      await this.does(
        "as_owner()",
        `(app_private.make_payout(tests.id('theatre.organization'), ${payee}, '${this.currency}',
          clock_timestamp(), tests.user_id('theatre owner'))).id`,
      );
      return;
    }
    const { id, status, net } = payout;
    const holds = await this.ids(
      `select id from app_public.payout_holds where payout_id = '${id}' and released_at is null`,
    );
    if (holds[0] !== undefined && this.flip(50)) {
      await this.does("sign_in('sam')", `(app_public.release_payout_hold('${holds[0]}')).id`);
    } else if (status === "draft" && this.flip(70)) {
      await this.does(owner, `(app_public.submit_payout('${id}')).status`);
    } else if (status === "draft" || (status === "approved" && this.flip(30))) {
      await (this.flip(50)
        ? this.does(owner, `(app_public.cancel_payout('${id}')).status`)
        : this.does(
            "sign_in('sam')",
            `(app_public.hold_payout('${id}', 'x', ${this.flip(50) ? "null" : 1 + this.roll(net)})).id`,
          ));
    } else if (status === "approved") {
      await this.does("as_owner()", `app_private.begin_payout('${id}') ->> 'amount'`);
    } else if (status === "in_transit") {
      await this.does(
        "as_owner()",
        this.flip(70)
          ? `app_private.record_transfer('${id}', 'tr_${id}', null) is null`
          : `app_private.record_transfer_failure('${id}', 'account_closed', 'x') is null`,
      );
    } else if (status === "failed") {
      await this.does(owner, `(app_public.retry_payout('${id}')).status`);
    } else if (status === "paid") {
      const back = await this.does(
        "sign_in('sam')",
        `(app_public.reverse_payout('${id}', 'x', ${1 + this.roll(net)})).id`,
      );
      if (back !== undefined)
        await this.does(
          "as_owner()",
          `app_private.record_payout_reversal('${back}', ${this.flip(80) ? `'trr_${back}'` : "null"}, null, 'x') is null`,
        );
    }
  }

  /** Two people of the platform change the books, in the organization's favor. */
  async correct(): Promise<void> {
    const ofFees = this.flip(50);
    const facts = await this.ids(
      ofFees
        ? "select id from app_public.ledger_transactions where category ~ '^(stripe_fee|dispute|correction)' order by id"
        : "select id from app_public.ledger_transactions where category = 'sale' order by id",
    );
    const fact = this.one(facts);
    if (fact === undefined) return;
    const cents = (1 + this.roll(500)) * (ofFees && this.flip(50) ? -1 : 1);
    const correction = await this.does(
      "sign_in('sam')",
      `(app_public.request_correction('${fact}', '${this.currency}', '{adjustments,${ofFees ? "stripe_fees" : "organizer_payable"}}', array[${cents}, ${-cents}], 'x')).id`,
    );
    if (correction !== undefined)
      await this.does("sign_in('root')", `(app_public.post_correction('${correction}')).id`);
  }

  /** What Stripe charges for a payment, and who bears it from now on. */
  async charge(): Promise<void> {
    const [payment] = await this.t.rows<{ id: string; cents: number }>(
      `select p.id, p.received_cents::int as cents from app_public.payment_intents as p
      where p.method = 'card' and p.status = 'succeeded' and not exists (
        select from app_public.ledger_transactions as t where starts_with(t.source, 'stripe_fee:' || p.id)
      ) order by p.id limit 1`,
    );
    if (payment !== undefined) {
      const fee = 1 + this.roll(Math.min(300, payment.cents));
      await this.does(
        "as_owner()",
        `app_private.post_stripe_fee('${payment.id}', ${fee}, ${payment.cents - fee}, 'txn_${payment.id.slice(-6)}')`,
      );
    }
    if (this.flip(30))
      await this.does(
        "sign_in('sam')",
        `(app_public.set_stripe_fees_payer(tests.id('theatre.organization'), ${this.flip(50)})).organization_id`,
      );
  }

  /** The least that Stripe moves. */
  get step(): number {
    return this.currency === "KWD" ? 10 : this.currency === "ISK" ? 100 : 1;
  }

  /** Somebody takes back a part of a payout at Stripe, and somebody here says that it was meant. */
  async takeBackByHand(): Promise<void> {
    const payout = this.one(
      await this.t.rows<{ id: string; left: number }>(
        `select id, (net_payout_cents - reversed_cents)::int as left from app_public.payouts
        where status = 'paid' and net_payout_cents > reversed_cents order by id`,
      ),
    );
    if (payout === undefined) return;
    const { id, left } = payout;
    const known = this.reversals.get(id) ?? [];
    known.push((1 + this.roll(Math.ceil(left / this.step))) * this.step);
    this.reversals.set(id, known);
    await this.does("as_owner()", `tests.hand_reversal('${id}', array[${known.join()}])`);
    const transfer = `(select p.stripe_transfer_id from app_public.payouts as p where p.id = '${id}')`;
    await this.does(
      "sign_in('sam')",
      `(app_public.book_unasked_reversals(tests.finding(${transfer}), 'x')).reversed_cents`,
    );
  }

  /** The same with a part of a payment, of which Stripe tells more than once. */
  async returnByHand(): Promise<void> {
    const payment = this.one(
      await this.t.rows<{ id: string; cents: number }>(
        `select id, (received_cents - refunded_cents - disputed_cents)::int as cents
        from app_public.payment_intents
        where method = 'card' and received_cents > refunded_cents + disputed_cents order by id`,
      ),
    );
    if (payment !== undefined && (this.handRefunds.length === 0 || this.flip(40)))
      this.handRefunds.push({
        id: `re_hand_${this.handRefunds.length}`,
        intent: payment.id,
        cents: (1 + this.roll(payment.cents / this.step)) * this.step,
      });
    const refund = this.one(this.handRefunds);
    if (refund === undefined) return;
    const { id, intent, cents } = refund;
    const said = this.one(["pending", "succeeded", "succeeded", "succeeded", "failed"]);
    await this.does("as_owner()", `tests.hand_refund('${intent}', '${id}', '${said}', ${cents})`);
    if (this.flip(70))
      await this.does(
        "sign_in('theatre owner')",
        `(app_public.book_unasked_refund(tests.finding('${id}'), 'x')).status`,
      );
  }

  /** Who waits is offered what came back. */
  async wait(): Promise<void> {
    const performance = "tests.id('standing.performance')";
    const category = this.one(
      await this.ids(
        "select id from app_public.ticket_categories where event_id = tests.id('standing.event') and name in ('I', 'II') order by name",
      ),
    );
    // The house keeps what is left, so that there is something to wait for.
    const free = await this.ids(
      `select seat_no::text as id from app_public.seat_booking_state
      where performance_id = ${performance} and status = 'available' order by seat_no`,
    );
    const house =
      free.length === 0
        ? undefined
        : await this.does(
            "sign_in('theatre owner')",
            `(app_public.allocate_seats(${performance}, tests.seats(${free.join()}), 'house', 'x')).id`,
          );
    await this.does(
      this.one(["sign_in('ada')", "sign_in('bob')"]) ?? "",
      `(app_public.join_waiting_list(${performance}, ${1 + this.roll(3)}, '${category}')).id`,
    );
    if (house !== undefined)
      await this.does("sign_in('theatre owner')", `(app_public.release_allocation('${house}')).id`);
    await this.does("as_owner()", `app_private.serve_waiting_list(${performance})`);
    const offered = await this.t.rows<{ id: string; who: string }>(
      `select b.id, format('sign_in(%L)', n) as who
      from app_public.waiting_list_entries as w
      join app_public.bookings as b on b.id = w.booking_id
      join unnest(array['ada', 'bob']) as n on w.user_id = tests.user_id(n)
      where w.status = 'offered' order by w.id`,
    );
    for (const offer of offered.filter(({ id }) => !this.bookings.some((b) => b.id === id))) {
      this.bookings.push(offer);
      if (this.flip(50)) await this.fill(offer.id, offer.who);
      if (this.flip(80))
        await this.does(offer.who, `(app_public.start_checkout('${offer.id}')).status`);
    }
  }

  /** A cart is changed again, somebody comes, add-ons are given out, looked at, and come back. */
  async use(): Promise<void> {
    const owner = "sign_in('theatre owner')";
    const withAddOns = new Set(
      await this.ids(
        `select i.booking_id as id from app_public.booking_items as i
        join app_public.bookings as b on b.id = i.booking_id and b.status = 'confirmed'
        where i.add_on_id is not null`,
      ),
    );
    const booking =
      this.one(this.bookings.filter(({ id }) => withAddOns.has(id))) ?? this.one(this.bookings);
    if (booking === undefined) return;
    const { id, who } = booking;
    const line = this.one(
      await this.t.rows<{ id: string; left: number }>(
        `select id, quantity - returned_quantity as left from app_public.booking_items
        where booking_id = '${id}' and add_on_id is not null order by id`,
      ),
    );
    const what = this.roll(8);
    if (what === 0) {
      const reopened = await this.does(who, `(app_public.reopen_checkout('${id}')).status`);
      if (reopened !== "draft") return;
      await this.fill(id, who);
      await this.does(who, `(app_public.start_checkout('${id}', 'b@example.com')).status`);
    } else if (what === 1) {
      const [seat] = await this.ids(
        `select seat_no::text as id from app_public.tickets
        where booking_id = '${id}' and seat_no is not null order by seat_no limit 1`,
      );
      if (seat !== undefined)
        await this.does(
          owner,
          `(app_public.scan_ticket(tests.id('standing.performance'), tests.credential('${id}', ${seat}))).result`,
        );
    } else if (line !== undefined) {
      await this.useAddOn(id, who, line, what);
    }
  }

  async useAddOn(
    id: string,
    who: string,
    line: { readonly id: string; readonly left: number },
    what: number,
  ): Promise<void> {
    const owner = "sign_in('theatre owner')";
    const named = `add_on_item_ids => array['${line.id}'::uuid],
      add_on_quantities => array[${1 + this.roll(Math.max(1, line.left))}]`;
    if (what < 4) {
      await this.does(who, `(app_public.open_add_on('${line.id}')).codes`);
    } else if (what === 4) {
      await this.does(owner, `(app_public.mark_add_on_delivered('${line.id}')).delivered_at`);
    } else if (what === 5) {
      await this.does(
        owner,
        `(app_public.refund_tickets('${id}', 'x', percentage => ${this.roll(100_001) / 1000},
          with_fees => ${this.flip(50)}, ${named})).amount_cents`,
      );
    } else {
      await this.returnAsQuoted(id, who, named);
    }
  }

  /** A return by the buyer brings exactly what was quoted for it. */
  async returnAsQuoted(id: string, who: string, what: string): Promise<void> {
    const quote = await this.does(
      who,
      `(app_public.quote_cancellation('${id}', ${what})).refund_cents`,
    );
    const before = await this.sentBack(id);
    const done = await this.does(
      who,
      `(app_public.return_tickets('${id}', ${what})).refunded_cents`,
    );
    const returned = (await this.sentBack(id)) - before;
    if (done !== undefined && returned !== Number(quote)) {
      throw new Error(`quoted ${quote}, returned ${returned}\n${this.log.join("\n")}`);
    }
  }

  /** Banks decide, and whatever is on its way arrives, as often as it has to be sent. */
  async comeToRest(): Promise<void> {
    for (const dispute of this.disputes.filter(({ said }) => !/won|lost|closed/.test(said))) {
      if (dispute.said.startsWith("warning")) await this.say(dispute, "warning_closed");
      else {
        if (dispute.movements.length === 0)
          dispute.movements.push({ amount: -dispute.cents, fee: 1500 });
        await this.say(dispute, this.flip(50) ? "won" : "lost");
      }
    }
    for (let n = 0; n < 5; n += 1) {
      const open = await this.t.rows<{ id: string; cash: boolean }>(
        `select r.id, p.method <> 'card' as cash from app_public.refunds as r
        join app_public.payment_intents as p on p.id = r.payment_intent_id
        where r.status in ('pending', 'processing') order by r.id`,
      );
      for (const { id, cash } of open) {
        await (cash
          ? this.does(
              "sign_in('theatre owner')",
              `(app_public.record_box_office_refund('${id}')).id`,
            )
          : this.does(
              "as_owner()",
              `app_private.record_refund('${id}', 're_${id}', 'succeeded', null) is null`,
            ));
      }
      const failed = await this.ids(
        `select r.id from app_public.refunds as r
        where r.status in ('failed', 'canceled') and app_private.is_refund_open(r) order by r.id`,
      );
      for (const id of failed) {
        await this.does("sign_in('theatre owner')", `(app_public.retry_refund('${id}')).id`);
      }
    }
  }

  async goOn(): Promise<void> {
    const what = this.roll(24);
    if (what < 2) await this.dispute();
    else if (what < 6) await this.payOut();
    else if (what === 6) await this.correct();
    else if (what === 7) await this.charge();
    else if (what === 8) await this.takeBackByHand();
    else if (what === 9) await this.returnByHand();
    else if (what === 10) await this.wait();
    else if (what < 14) await this.use();
    else await this.sellOrReturn();
  }

  async sellByStaff(payment: string): Promise<void> {
    const owner = "sign_in('theatre owner')";
    const held = await this.does(
      owner,
      `(app_public.hold_for_customer(tests.id('standing.performance'), 'c${this.roll(3)}@example.com', seat_ids => ${this.seats()})).id`,
    );
    if (held === undefined) return;
    this.bookings.push({ id: held, who: owner });
    await this.fill(held, owner);
    await this.does(
      owner,
      `(app_public.checkout_for_customer('${held}', '${payment}', 'x', ${this.flip(50) ? "'y'" : "null"})).status`,
    );
  }

  /** What a control needs: something is taken back of what is not paid for yet. */
  async sellOnInvoiceOrReturn(): Promise<void> {
    if (this.flip(30)) return await this.sellByStaff("invoice");
    const [ticket] = await this.ids(
      "select id from app_public.tickets where status = 'valid' order by id limit 1",
    );
    if (ticket === undefined) return;
    await this.does(
      "sign_in('theatre owner')",
      `(app_public.refund_tickets((select booking_id from app_public.tickets where id = '${ticket}'), 'x', array['${ticket}'::uuid])).status`,
    );
  }

  async sellOrReturn(): Promise<void> {
    const owner = "sign_in('theatre owner')";
    const booking = this.bookings.length > 0 ? this.one(this.bookings) : undefined;
    const id = booking?.id ?? "00000000-0000-0000-0000-000000000000";
    const buyer = booking?.who ?? "as_guest(1)";
    const tickets = await this.ids(
      `select id from app_public.tickets where booking_id = '${id}' order by id`,
    );
    const some = tickets.filter(() => this.flip(50));
    const chosen =
      some.length === 0 ? "null" : `array[${some.map((n) => `'${n}'`).join()}]::uuid[]`;
    const intents = await this.ids(
      `select id from app_public.payment_intents where method = 'card' order by id`,
    );
    const refunds = await this.ids("select id from app_public.refunds order by id");
    const requests = await this.ids(
      "select id from app_public.refund_requests where status = 'requested' order by id",
    );
    const what = this.roll(30);
    if (what < 6) {
      const who =
        this.one([
          "as_guest(1)",
          "as_guest(2)",
          "as_guest(3)",
          "sign_in('ada')",
          "sign_in('bob')",
        ]) ?? "";
      const held = await this.does(
        who,
        this.flip(75)
          ? `(app_public.hold_seats(tests.id('standing.performance'), ${this.seats()})).id`
          : `tests.admit('${this.one(["floor", "terrace"])}', ${1 + this.roll(3)})`,
      );
      if (held === undefined) return;
      this.bookings.push({ id: held, who });
      await this.fill(held, who);
      if (this.flip(90))
        await this.does(
          who,
          `(app_public.start_checkout('${held}', 'b${this.roll(3)}@example.com')).status`,
        );
      const [intent] = await this.t.rows<{ id: string; said: string }>(
        `select id, case capture_method when 'manual' then 'requires_capture' else 'succeeded' end as said
        from app_public.payment_intents where id = tests.intent_of('${held}')`,
      );
      if (intent && this.flip(70))
        await this.does("as_owner()", `tests.intent_says('${intent.id}', '${intent.said}')`);
    } else if (what < 9) {
      await this.sellByStaff(
        this.one(["link", "cash", "terminal", "invoice", "invoice", "complimentary"]) ?? "",
      );
    } else if (what < 12 && intents.length > 0) {
      await this.does(
        "as_owner()",
        `tests.intent_says('${this.one(intents)}', '${this.one(["succeeded", "succeeded", "requires_capture", "canceled", "processing"])}')`,
      );
    } else if (what === 12) {
      await this.does("as_owner()", `tests.run_out('${id}') is null`);
      if (this.flip(70)) await this.does("as_owner()", "app_private.expire_bookings()");
    } else if (what === 13) {
      const waiting = this.one(
        await this.ids(
          "select id from app_public.bookings where status = 'pending_approval' order by id",
        ),
      );
      await this.does(
        "sign_in('theatre manager')",
        this.flip(80)
          ? `(app_public.approve_booking('${waiting ?? id}')).status`
          : `(app_public.decline_booking('${waiting ?? id}', 'No')).status`,
      );
    } else if (what < 16) {
      await this.returnAsQuoted(id, buyer, chosen);
    } else if (what < 18) {
      await this.does(
        owner,
        `(app_public.refund_tickets('${id}', 'x', ${chosen}, ${this.roll(100_001) / 1000}, ${this.flip(50)})).status`,
      );
    } else if (what === 18) {
      await this.does(
        owner,
        `(app_public.refund_booking_amount('${id}', ${(1 + this.roll(90)) * 100}, 'x')).status`,
      );
    } else if (what === 19) {
      await this.does(
        owner,
        `(app_public.refund_fees('${id}', 'x', ${chosen}, ${this.flip(70)}, ${this.flip(70)})).status`,
      );
    } else if (what === 20 && requests.length > 0) {
      await this.does(
        "sign_in('theatre manager')",
        `(app_public.approve_refund('${this.one(requests)}')).status`,
      );
    } else if (what === 21) {
      await this.does(this.flip(50) ? owner : buyer, `(app_public.cancel_booking('${id}')).status`);
    } else if (what === 22) {
      await this.does(
        owner,
        `(app_public.take_payment('${id}', '${this.one(["cash", "terminal", "invoice"])}')).status`,
      );
    } else if (what === 23) {
      await this.does(buyer, `(app_public.open_payment('${id}')).status`);
    } else if (what < 26 && refunds.length > 0) {
      const refund = this.one(refunds) ?? "";
      const [cash] = await this.ids(
        `select p.id from app_public.refunds as r join app_public.payment_intents as p on p.id = r.payment_intent_id where r.id = '${refund}' and p.method <> 'card'`,
      );
      await (cash
        ? this.does(owner, `(app_public.record_box_office_refund('${refund}')).status`)
        : this.does(
            "as_owner()",
            `app_private.record_refund('${refund}', 're_${refund}', '${this.one(["succeeded", "succeeded", "failed", "canceled", "pending"])}', '${this.one(["expired_or_canceled_card", "insufficient_funds"])}') is null`,
          ));
    } else if (what === 26 && refunds.length > 0) {
      await this.does(owner, `(app_public.retry_refund('${this.one(refunds)}')).status`);
    } else if (what === 27) {
      await this.does("as_owner()", `tests.elapse('${id}', ${1 + this.roll(6)}) is null`);
      await this.does("as_owner()", "app_private.follow_up_installments()");
    } else if (what === 28) {
      const [category] = await this.ids(
        `select id from app_public.ticket_categories where event_id = tests.id('standing.event') order by random() limit 1`,
      );
      await this.does(owner, `(app_public.set_price('${category}', ${this.roll(50) * 100})).id`);
      await this.does("sign_in('ada')", "1");
    } else if (this.flip(15)) {
      await this.does(
        owner,
        `(app_public.cancel_performance(tests.id('standing.performance'))).id`,
      );
      const [cancellation] = await this.ids(
        "select id from app_public.event_cancellations limit 1",
      );
      for (let n = 0; cancellation && n < 5; n += 1) {
        await this.does("as_owner()", `app_private.cancel_bookings_of('${cancellation}', 3)`);
      }
    } else {
      await this.does(
        buyer,
        `(app_public.choose_payment_plan('${id}', ${this.flip(50) ? "null" : "(select p.id from app_public.payment_plans as p limit 1)"})).id`,
      );
    }
  }
}

type Step = "goOn" | "sellOnInvoiceOrReturn";

async function play(seed: number, weaken = "select 1", step: Step = "goOn"): Promise<string> {
  return await inTransaction("lml_owner", async (transaction) => {
    const story = new Story(transaction, seed);
    await story.world();
    await transaction.rows(weaken);
    for (let n = 0; n < 60; n += 1) {
      await story[step]();
      const broken = await transaction.rows("select * from tests.broken");
      if (broken.length > 0) {
        return `${JSON.stringify(broken)}\nLML_SEED=${seed}, ${story.currency}\n${story.log.join("\n")}`;
      }
    }
    await story.comeToRest();
    const stuck = await transaction.rows(
      "select invariant, detail from tests.broken union all select 'stuck', detail from tests.stuck",
    );
    if (stuck.length > 0) {
      return `${JSON.stringify(stuck)}\nLML_SEED=${seed}, ${story.currency}\n${story.log.join("\n")}`;
    }
    return "";
  });
}

const first = Number(process.env["LML_SEED"] ?? Date.now() % 1_000_000_000);
const runs = Number(process.env["LML_RUNS"] ?? 3);
for (let seed = first; seed < first + runs; seed += 1) {
  test(`nothing is lost or made, LML_SEED=${seed}`, async () => {
    expect(await play(seed)).toBe("");
  }, 120_000);
}

test("control: an invoice that stays as it was is found", async () => {
  const weaken = `create or replace function app_private.reduce_invoice(booking app_public.bookings)
    returns void language sql as 'select null'`;
  let found = "";
  for (let seed = 1; seed <= 3 && found === ""; seed += 1) {
    found = await play(seed, weaken, "sellOnInvoiceOrReturn");
  }
  expect(found).toMatch(/confirmed_booking_is_paid|unwanted_money_is_on_its_way_back/);
}, 240_000);
