import { createHash } from "node:crypto";
import type pg from "pg";

/** A function that users may call. */
export interface Attackable {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Whether it may change anything. */
  readonly changes: boolean;
}

/** One of its parameters. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  /** The first value of an enum. */
  readonly label: string | null;
}

/** One row of each kind that a function may be asked about, in an organization of `tests.create_theatre`. */
export async function furnish(client: pg.Client, house: string): Promise<void> {
  await client.query(`
    select tests.sell('paid', '${house}', 1, 1, 2);
    select tests.sell('refunded', '${house}', 8, 9);
    select tests.sign_in('ada');
    select tests.keep(
      'cart', (app_public.hold_seats(tests.id('${house}.performance'), tests.seats(5))).id
    );
    select tests.as_owner();
    select tests.sign_in('${house} owner');
    select tests.keep('rule', (app_public.create_fraud_rule('rule', 'amount', 'medium', 'alert',
      tests.id('${house}.organization'), amount_cents => 1, amount_currency => 'EUR')).id);
    select tests.as_owner();
    select tests.sell('alerted', '${house}', 9, 7);
    select tests.keep('draft.event', tests.create_event('${house}', 'draft'));
    select tests.sign_in('${house} owner');
    select tests.keep('zone', (app_public.save_entry_zone(
      tests.id('${house}.venue'), 'Zone', array['Stalls']
    )).id);
    select tests.keep('gate', (app_public.save_entry_gate(tests.id('${house}.venue'), 'Gate')).id);
    select tests.keep('device', (app_public.register_scanner_device(
      tests.id('${house}.venue'), 'Scanner'
    )).device_id);
    select tests.create_standing('${house}');
    select tests.keep('allocation', (
      app_public.allocate_seats(tests.id('${house}.performance'), tests.seats(8), 'house', 'x')
    ).id);
    select tests.sign_in('${house} owner');
    select app_public.refund_booking_amount(tests.id('refunded'), 100, 'x');
    select app_public.set_refund_approval(tests.id('${house}.organization'), 0);
    select tests.keep('request', (
      app_public.refund_booking_amount(tests.id('refunded'), 100, 'x')
    ).id);
    select app_public.set_refund_approval(tests.id('${house}.organization'), null);
    select tests.keep('plan', (app_public.create_payment_plan(
      tests.id('${house}.event'), 'Plan', 1, 50
    )).id);
    select tests.keep('sold', (app_public.hold_for_customer(
      tests.id('${house}.performance'), 'x@example.com', seat_ids => tests.seats(11)
    )).id);
    select app_public.checkout_for_customer(tests.id('sold'), 'cash');
    select app_public.cancel_booking(tests.id('sold'));
    select tests.keep('places', (
      app_public.allocate_admissions(tests.id('standing.floor'), 1, 'house', 'x')
    ).id);
    select tests.keep('question', (
      app_public.save_attendee_question(tests.id('draft.event'), 'x')
    ).id);
    select tests.keep('shirt', (
      app_public.create_add_on('Shirt', 100, tests.id('${house}.event'))
    ).id);
    select tests.keep('mug', (
      app_public.create_add_on('Mug', 100, tests.id('draft.event'), stock => 5)
    ).id);
    select tests.keep('code', (
      app_public.create_discount_code(tests.id('draft.event'), 'CODE', percentage => 1)
    ).id);
    select tests.keep('rule of price', (app_public.create_pricing_rule(
      (select id from app_public.ticket_categories where event_id = tests.id('draft.event') limit 1),
      'x', 'hours_to_event', percentage => 1
    )).id);
    select tests.keep('membership', (
      app_public.grant_membership(tests.id('${house}.organization'), 'member@example.com')
    ).id);
    select tests.keep('jurisdiction', (
      app_public.save_tax_jurisdiction(tests.id('${house}.organization'), 'AT')
    ).id);
    select tests.as_guest(8);
    select tests.keep('with a shirt', (
      app_public.hold_seats(tests.id('${house}.performance'), tests.seats(12))
    ).id);
    select app_public.add_add_on(tests.id('with a shirt'), tests.id('shirt'), 1);
    select app_public.start_checkout(tests.id('with a shirt'), 'x@example.com');
    reset role;
    select tests.pay(tests.id('with a shirt'));
    select tests.as_guest(8);
    select tests.keep('asked', (
      app_public.hold_seats(tests.id('${house}.performance'), tests.seats(10))
    ).id);
    select tests.sign_in('${house} owner');
    select app_public.set_category_approval(c.id, true)
    from app_public.ticket_categories as c
    where c.event_id = tests.id('${house}.event');
    select tests.as_guest(8);
    select app_public.start_checkout(tests.id('asked'), 'x@example.com');
    reset role;
    insert into app_public.waiting_list_entries (
      id, organization_id, performance_id, customer_id, user_id, quantity
    )
    select tests.keep('waiting', uuidv7()), c.organization_id, tests.id('${house}.performance'), c.id,
      tests.user_id('ada'), 1
    from app_public.customers as c
    where c.organization_id = tests.id('${house}.organization')
    order by c.id
    limit 1;
    insert into app_public.organization_verifications (organization_id, documents)
    values (tests.id('${house}.organization'), '["x"]');
    insert into app_public.organization_invitations (
      id, organization_id, email, role, invited_by, expires_at
    )
    values (
      tests.keep('invitation', uuidv7()), tests.id('${house}.organization'), 'new@example.com',
      'staff', tests.user_id('${house} owner'), now() + interval '1 day'
    );
    insert into app_public.payment_findings (organization_id, kind, subject)
    values (tests.id('${house}.organization'), 'event_amount_differs', 'pi_${house}');
    insert into app_public.disputes (
      id, organization_id, booking_id, payment_intent_id, stripe_dispute_id, status, reason,
      amount_cents, currency, opened_at
    )
    select tests.keep('dispute', uuidv7()), p.organization_id, p.booking_id, p.id, 'dp_' || p.id,
      'warning_needs_response', 'general', p.amount_cents, p.currency, now()
    from app_public.payment_intents as p
    where p.status = 'succeeded' and p.organization_id = tests.id('${house}.organization')
    order by p.id
    limit 1;
    with customer as (
      insert into app_private.stripe_customers (organization_id, user_id, stripe_id)
      values (tests.id('${house}.organization'), tests.user_id('ada'), 'cus_${house}')
      returning *
    )
    insert into app_private.saved_payment_methods (
      id, organization_id, stripe_customer_id, stripe_id, brand, last4
    )
    select tests.keep('card', uuidv7()), c.organization_id, c.id, 'pm_${house}', 'visa', '4242'
    from customer as c;
    insert into app_public.trusted_devices (user_id, expires_at)
    values (tests.user_id('ada'), now() + interval '1 day');
    insert into app_public.promoters (id, organization_id, name)
    values (tests.keep('promoter', uuidv7()), tests.id('${house}.organization'), 'X');
    insert into app_public.ledger_corrections (
      id, organization_id, corrects_id, currency, kinds, amounts_cents, reason, requested_by
    )
    select tests.keep('correction', uuidv7()), t.organization_id, tests.keep('fact', t.id), 'EUR',
      '{adjustments,organizer_payable}', '{-1,1}', 'x', tests.user_id('${house} owner')
    from app_public.ledger_transactions as t
    where t.source = 'sale:' || tests.id('paid');
    with account as (
      insert into app_public.stripe_accounts (id, organization_id, country, email)
      values (tests.keep('account', uuidv7()), tests.id('${house}.organization'), 'AT', 'a@b.example')
      returning *
    ),
    link as (
      insert into app_private.stripe_account_links (
        id, organization_id, stripe_account_id, requested_by, return_url, refresh_url
      )
      select tests.keep('link', uuidv7()), a.organization_id, a.id, tests.user_id('${house} owner'),
        'https://b.example', 'https://b.example'
      from account as a
    ),
    payout as (
      insert into app_public.payouts (
        id, organization_id, stripe_account_id, currency, payout_period_start, payout_period_end,
        period_ends_at, gross_revenue_cents, net_payout_cents
      )
      select tests.keep('payout', uuidv7()), a.organization_id, a.id, 'EUR', current_date,
        current_date, now(), 100, 100
      from account as a
      returning *
    )
    insert into app_public.payout_holds (id, organization_id, payout_id, reason, created_by)
    select tests.keep('hold', uuidv7()), p.organization_id, p.id, 'x', tests.user_id('${house} owner')
    from payout as p;
  `);
}

/** The ids of these rows by the names of parameters, or by function and parameter. Read them before another house is furnished. */
export async function idsOf(
  client: pg.Client,
  house: string,
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await client.query<{ ids: Record<string, string> }>(`
    select jsonb_build_object(
      'organization_id', tests.id('${house}.organization'), 'venue_id', tests.id('${house}.venue'),
      'layout_id', tests.id('${house}.layout'), 'event_id', tests.id('draft.event'),
      'performance_id', tests.id('${house}.performance'), 'booking_id', tests.id('cart'),
      'tax_rate_id', tests.id('${house}.tax_rate'), 'invitation_id', tests.id('invitation'),
      'member_id', (
        select id from app_public.organization_members where user_id = tests.user_id('${house} staff')
      ),
      'verification_id', (
        select id from app_public.organization_verifications where organization_id = tests.id('${house}.organization')
      ), 'user_id', tests.user_id('ada'),
      'finding_id', (
        select id from app_public.payment_findings where organization_id = tests.id('${house}.organization')
      ),
      'rule_id', tests.id('rule'), 'alert_id', (
        select id from app_public.fraud_alerts where organization_id = tests.id('${house}.organization') order by id limit 1
      ),
      'ticket_id', (
        select id from app_public.tickets where booking_id = tests.id('paid') order by id limit 1
      ),
      'customer_id', (
        select id from app_public.customers where organization_id = tests.id('${house}.organization') limit 1
      ),
      'ticket_category_id', (
        select id from app_public.ticket_categories where event_id = tests.id('draft.event') limit 1
      ),
      'revoke_trusted_device.device_id', (
        select id from app_public.trusted_devices limit 1
      ),
      'dispute_id', tests.id('dispute'), 'promoter_id', tests.id('promoter'), 'correction_id', tests.id('correction'),
      'ledger_transaction_id', tests.id('fact'),
      'account_id', tests.id('account'), 'link_id', tests.id('link'),
      'payout_id', tests.id('payout'), 'hold_id', tests.id('hold'),
      'request_id', tests.id('request'), 'refund_id', (
        select id from app_public.refunds where organization_id = tests.id('${house}.organization') limit 1
      ),
      'payment_method_id', tests.id('card'),
      'discount_code_id', tests.id('code'), 'pricing_rule_id', tests.id('rule of price'),
      'membership_id', tests.id('membership'), 'tax_jurisdiction_id', tests.id('jurisdiction'),
      'explain_price.booking_item_id', (
        select id from app_public.booking_items where booking_id = tests.id('cart')
      ),
      'price_id', (
        select p.id from app_public.ticket_category_prices as p
        join app_public.ticket_categories as c on c.id = p.ticket_category_id
        where c.event_id = tests.id('draft.event') limit 1
      )
    ) || jsonb_build_object(
      'zone_id', tests.id('zone'), 'gate_id', tests.id('gate'), 'device_id', tests.id('device'),
      'payment_plan_id', tests.id('plan'),
      'record_box_office_refund.refund_id', tests.refund_of(tests.id('sold')),
      'approve_booking.booking_id', tests.id('asked'),
      'decline_booking.booking_id', tests.id('asked'),
      'allocation_id', tests.id('allocation'), 'parent_pool_id', tests.id('standing.floor'),
      'pool_id', tests.id('standing.floor'), 'question_id', tests.id('question'),
      'release_admission_allocation.allocation_id', tests.id('places'),
      'hold_allocated_admissions.allocation_id', tests.id('places'),
      'entry_id', tests.id('waiting'),
      'add_on_id', tests.id('mug'), 'booking_item_id', (
        select id from app_public.booking_items where add_on_id = tests.id('shirt')
      ),
      'session_id', (select id from app_public.user_sessions where user_id = tests.user_id('ada'))
    ) as ids`);
  return rows[0]?.ids ?? {};
}

/** The functions of the API that users may call with arguments, but for those that are fields of a row. */
export async function functionsOf(client: pg.Client): Promise<readonly Attackable[]> {
  const { rows } = await client.query<Attackable>(`
    select p.proname as name, p.provolatile = 'v' as changes, (
      select json_agg(json_build_object(
        'name', a.name, 'type', format_type(a.type, null), 'label', (
          select e.enumlabel from pg_enum as e
          where e.enumtypid = a.type order by e.enumsortorder limit 1
        )
      ) order by a.position)
      from unnest(p.proargnames[1:p.pronargs], p.proargtypes::oid[]) with ordinality
        as a (name, type, position)
    ) as parameters
    from pg_proc as p
    where p.pronamespace = 'app_public'::regnamespace
      and has_function_privilege('lml_user', p.oid, 'execute')
      and p.pronargs > 0
      and not exists (
        select from pg_type as t
        where t.oid = any (p.proargtypes::oid[]) and t.typtype = 'c'
      )
    order by 1`);
  return rows;
}

const layout = JSON.stringify({ format: "lml-layout/1", name: "Attack", sections: [] });

/** What a function would refuse for its form, before anybody could see whether it asks for rights. */
const valid: Readonly<Record<string, string>> = {
  contact_email: "a@b.example",
  contact_phone: "+431",
  contact_website: "https://b.example",
  language: "de",
  url: "https://b.example",
  return_url: "https://b.example",
  refresh_url: "https://b.example",
};

/** A value that gets as far as to the question whose row it is. */
export function valueFor(
  ids: Readonly<Record<string, string>>,
  attacked: string,
  { name, type, label }: Parameter,
): unknown {
  const id = ids[`${attacked}.${name}`] ?? ids[name];
  if (label !== null) return label;
  // It is for an event or for an organization, and refused when it is told both.
  if (attacked === "create_add_on" && name === "organization_id") return null;
  if (type === "uuid") {
    if (id === undefined) throw new Error(`Tell this test a foreign id for ${name}.`);
    return id;
  }
  if (name === "idempotency_key") return null;
  // A token would be asked before the id.
  if (name === "token" && attacked === "leave_waiting_list") return null;
  if (name === "document") return layout;
  if (name === "sha256") return createHash("sha256").update(layout).digest("hex");
  const named = valid[name];
  if (named !== undefined) return named;
  switch (type) {
    case "text":
    case "citext":
      return name === "timezone" ? "UTC" : name === "currency" ? null : "attack";
    case "text[]":
      return name === "seat_categories" ? ["I"] : [];
    case "uuid[]":
    case "bigint[]":
    case "app_public.ledger_account_kind[]":
      return [];
    case "timestamp with time zone":
      // What was, may be asked for; the future is refused to everybody.
      if (name === "at") return new Date().toISOString();
      return name.endsWith("_end") || name === "ends_at" || name === "valid_until"
        ? null
        : "2040-01-01T00:00:00Z";
    case "date":
      return "2040-01-01";
    case "time without time zone[]":
      return ["20:00"];
    case "date[]":
    case "integer[]":
    case "numeric[]":
      return null;
    case "jsonb":
      return "{}";
    case "boolean":
      return true;
    default:
      return 1;
  }
}
