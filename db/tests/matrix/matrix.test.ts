// If these tests failed, somebody could read or write what the readable table in expected.md does not give them.
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { format } from "prettier";
import { testDatabase, type TestDatabase } from "../harness.ts";
import { fixturesSql } from "../server.ts";

/** Who asks, and how the fixtures become them. */
const people: Readonly<Record<string, { readonly become: string; readonly name?: string }>> = {
  nobody: { become: "tests.as_anonymous()" },
  "guest who bought": { become: "tests.as_guest(1)" },
  "another guest": { become: "tests.as_guest(99)" },
  "user who bought": { become: "tests.sign_in('ada')", name: "ada" },
  "another user": { become: "tests.sign_in('eve')", name: "eve" },
  "dead session": { become: "tests.become('lml_user', tests.token('dead'), '')" },
  ...Object.fromEntries(
    ["owner", "admin", "manager", "coordinator", "staff", "support", "analyst", "viewer"].map(
      (role) => [role, { become: `tests.sign_in('theatre ${role}')`, name: `theatre ${role}` }],
    ),
  ),
  "manager of the house": {
    become: "tests.sign_in('manager of the house')",
    name: "manager of the house",
  },
  "manager of the barn": {
    become: "tests.sign_in('manager of the barn')",
    name: "manager of the barn",
  },
  scanner: { become: "tests.become('lml_user', current_setting('tests.scanner'), '')" },
  "rival owner": { become: "tests.sign_in('rival owner')", name: "rival owner" },
  "platform admin": { become: "tests.sign_in('root')", name: "root" },
  lml_worker: { become: "tests.as_role('lml_worker')" },
  lml_analyst: { become: "tests.as_role('lml_analyst')" },
  lml_authenticator: { become: "tests.as_role('lml_authenticator')" },
};

/** A second venue of the theatre with an event and a sale, and two managers who are restricted to one venue each. */
const barnSql = `
  select tests.as_owner();
  select tests.keep('house.venue', tests.id('theatre.venue')),
    tests.keep('house.layout', tests.id('theatre.layout'));
  select tests.sign_in('theatre owner');
  select tests.keep('theatre.venue', (
    app_public.create_venue(tests.id('theatre.organization'), 'Barn', 'barn', 'Europe/Vienna')
  ).id);
  select tests.keep('theatre.layout', (
    app_public.import_venue_layout(
      tests.id('theatre.venue'), tests.layout(), tests.hash_of(tests.layout())
    )
  ).id);
  select tests.create_event('theatre', 'barn.event');
  select app_public.publish_event(tests.id('barn.event'));
  select tests.as_owner();
  select tests.keep('barn.venue', tests.id('theatre.venue')),
    tests.keep('barn.layout', tests.id('theatre.layout')),
    tests.keep('theatre.venue', tests.id('house.venue')),
    tests.keep('theatre.layout', tests.id('house.layout'));
  select tests.sell('barn.sale', 'barn', 3, 1, 2);
  insert into app_public.organization_members (organization_id, user_id, role)
  select tests.id('theatre.organization'), tests.user_id(name), 'manager'
  from unnest(array['manager of the house', 'manager of the barn']) as name;
  select tests.sign_in('theatre owner');
  select app_public.grant_venue_access(m.id, tests.id(venue))
  from (values ('manager of the house', 'house.venue'), ('manager of the barn', 'barn.venue'))
    as v (name, venue)
  join app_public.organization_members as m on m.user_id = tests.user_id(v.name);
  select tests.as_owner();
`;

interface Table {
  readonly name: string;
  /** Its first column, for an update that changes nothing. */
  readonly column: string;
  readonly tenant: "organization_id" | "id" | null;
  readonly person: "user_id" | "id" | null;
  /** Its columns that may hold an id. */
  readonly ids: readonly string[];
}

interface Kind {
  readonly kind: string;
  readonly count: number;
}

let database: TestDatabase;
let client: pg.Client;
let tables: readonly Table[];
/** The users' ids by name. */
let ids: ReadonlyMap<string, string>;
/** Everything that is at the theatre's other venue, the barn. */
let barn = "{}";

beforeAll(async () => {
  database = await testDatabase();
  client = await database.connect("superuser");
  await client.query(fixturesSql());
  await client.query(`
    -- What comes of statements, each as if alone: one round trip for a cell of the matrix.
    create function tests.outcomes(statements jsonb)
    returns jsonb
    language plpgsql volatile
    as $$
    declare
      v_outcomes jsonb := '{}';
      v_name text;
      v_statement text;
      v_rows jsonb;
    begin
      for v_name, v_statement in select * from jsonb_each_text(outcomes.statements) loop
        begin
          v_rows := '[]';
          if v_name = 'read' then
            execute format('select coalesce(jsonb_agg(r), ''[]'') from (%s) as r', v_statement)
            into v_rows;
          else
            execute v_statement;
          end if;
          v_outcomes := v_outcomes || jsonb_build_object(v_name, v_rows);
          raise exception using errcode = 'TUNDO';
        exception
          when sqlstate 'TUNDO' or insufficient_privilege then null;
          -- Any other error means that the privilege was there.
          when others then v_outcomes := v_outcomes || jsonb_build_object(v_name, v_rows);
        end;
      end loop;
      return v_outcomes;
    end
    $$;
    grant execute on function tests.outcomes(jsonb) to public;
    -- A checkout of a guest that a rule of the organization catches, and what comes of it.
    create function tests.suspect(theatre text, seat integer)
    returns void
    language plpgsql volatile
    as $$
    begin
      perform tests.sign_in(suspect.theatre || ' owner');
      perform app_public.create_fraud_rule(
        'x', 'amount', 'high', 'review', tests.id(suspect.theatre || '.organization'),
        amount_cents => 1, amount_currency => 'EUR'
      );
      perform tests.as_guest(98);
      perform tests.keep(suspect.theatre || '.suspect', (
        app_public.hold_seats(
          tests.id(suspect.theatre || '.performance'), tests.seats(suspect.seat)
        )
      ).id);
      perform app_public.start_checkout(tests.id(suspect.theatre || '.suspect'), 'x@example.com');
      perform tests.sign_in(suspect.theatre || ' owner');
      perform app_public.add_fraud_alert_note(a.id, 'x')
      from app_public.fraud_alerts as a;
    end
    $$;
    -- A payout, a hold of it, and what is taken back of it.
    create function tests.pay_out(theatre text)
    returns void
    language plpgsql volatile
    as $$
    declare
      v_account app_public.stripe_accounts;
      v_payout app_public.payouts;
    begin
      perform tests.as_owner();
      update app_public.organizations set verification_status = 'verified'
      where id = tests.id(theatre || '.organization');
      insert into app_public.stripe_accounts (
        organization_id, country, email, stripe_account_id, payout_enabled, transfers_enabled
      )
      values (
        tests.id(theatre || '.organization'), 'AT', 'a@b.example', 'acct_' || theatre, true, true
      )
      returning * into v_account;
      insert into app_private.stripe_account_links (
        organization_id, stripe_account_id, requested_by, return_url, refresh_url
      )
      values (
        v_account.organization_id, v_account.id, tests.user_id(theatre || ' owner'),
        'https://b.example', 'https://b.example'
      );
      perform app_private.lock_payouts_of(v_account.organization_id);
      v_payout := app_private.queue_payout(app_private.make_payout(
        v_account.organization_id, null, 'EUR', clock_timestamp(), null
      ));
      insert into app_public.payout_holds (
        organization_id, payout_id, reason, created_by, released_at
      )
      values (
        v_account.organization_id, v_payout.id, 'x', tests.user_id(theatre || ' owner'), now()
      );
      perform app_private.begin_payout(v_payout.id);
      perform app_private.record_transfer(v_payout.id, 'tr_' || theatre, null);
      insert into app_public.payout_reversals (
        organization_id, payout_id, amount_cents, reason, requested_by
      )
      values (
        v_account.organization_id, v_payout.id, 1, 'x', tests.user_id(theatre || ' owner')
      );
      update app_public.payouts set reversed_cents = 1 where id = v_payout.id;
    end
    $$;
    -- A promoter with a share of a sale, a balance that was written down, and a correction.
    create function tests.books(theatre text)
    returns void
    language plpgsql volatile
    as $$
    begin
      perform tests.sign_in(theatre || ' owner');
      perform app_public.set_event_promoter(
        tests.id(theatre || '.event'),
        (app_public.create_promoter(tests.id(theatre || '.organization'), 'X')).id, 10
      );
      perform tests.sell(theatre || '.promoted', theatre, 97, 8);
      perform app_private.post_to_ledger(
        tests.id(theatre || '.organization'), null, 'EUR', 'test:x', 'X',
        array['adjustments', 'organizer_payable']::app_public.ledger_account_kind[], array[1, -1],
        now() - interval '1 month'
      );
      insert into app_public.ledger_balances (
        organization_id, account_id, period, opening_cents, debit_cents, credit_cents, closing_cents
      )
      select a.organization_id, a.id, p.period, 0, 0, 0, 0
      from app_public.ledger_accounts as a
      join app_public.accounting_periods as p on p.organization_id = a.organization_id
      where a.organization_id = tests.id(theatre || '.organization') and a.kind = 'adjustments';
      insert into app_public.ledger_corrections (
        organization_id, corrects_id, currency, kinds, amounts_cents, reason, requested_by
      )
      select t.organization_id, t.id, 'EUR', '{adjustments,organizer_payable}', '{-1,1}', 'x',
        tests.user_id('root')
      from app_public.ledger_transactions as t
      where t.organization_id = tests.id(theatre || '.organization') and t.source = 'test:x';
      -- A comparison with Stripe: of this organization, and of the platform's own money.
      perform tests.keep(theatre || '.run', (app_private.begin_reconciliation()).id);
      perform app_private.store_stripe_movements(tests.id(theatre || '.run'), jsonb_build_array(
        jsonb_build_object(
          'id', 'txn_' || theatre, 'type', 'topup', 'amount', 100, 'fee', 0, 'net', 100,
          'currency', 'eur', 'source', 'tu_1', 'created', 1700000000, 'available_on', 1700000000
        )
      ), true, true);
      perform app_private.apply_platform_payout(jsonb_build_object(
        'id', 'po_' || theatre, 'status', 'pending', 'amount', 100, 'currency', 'eur', 'created', 1
      ));
      perform app_private.complete_reconciliation(tests.id(theatre || '.run'), '{"eur": 200}', true);
      insert into app_public.payment_findings (organization_id, kind, subject)
      values (tests.id(theatre || '.organization'), 'reconciliation_missing_here', 'txn_1');
    end
    $$;
    -- What else there is of an event: kinds, an address, a code, and a date that was canceled.
    create function tests.describe(theatre text)
    returns void
    language plpgsql volatile
    as $$
    declare
      v_name text := describe.theatre || '.online.event';
    begin
      perform tests.create_event(describe.theatre, v_name);
      perform tests.sign_in(describe.theatre || ' owner');
      perform app_public.update_event(
        tests.id(v_name), format => 'hybrid', categories => array['theater']
      );
      perform app_public.set_online_address(tests.id(v_name), 'https://stream.example');
      perform app_public.create_event_access_code(tests.id(v_name));
      perform app_public.publish_event(tests.id(v_name));
      perform tests.keep('canceled', (app_public.cancel_event(tests.id(v_name))).id);
      perform tests.as_owner();
      insert into app_public.event_cancellation_failures (
        cancellation_id, booking_id, organization_id, code
      )
      select tests.id('canceled'), b.id, b.organization_id, 'LMTUS'
      from app_public.bookings as b
      where b.organization_id = tests.id(describe.theatre || '.organization')
      limit 1;
    end
    $$;
    -- A plan, a booking paid by it, one that waits for approval, and one that staff sold by a link.
    create function tests.sell_otherwise(theatre text)
    returns void
    language plpgsql volatile
    as $$
    begin
      perform tests.sign_in(sell_otherwise.theatre || ' owner');
      perform tests.keep('plan', (app_public.create_payment_plan(
        tests.id(sell_otherwise.theatre || '.event'), 'Plan', 1, 50, first_due_days => 7
      )).id);
      perform tests.keep('x', (app_public.hold_for_customer(
        tests.id(sell_otherwise.theatre || '.performance'), 'x@example.com',
        seat_ids => tests.seats(10)
      )).id);
      perform app_public.checkout_for_customer(tests.id('x'), 'link');
      perform tests.as_guest(1);
      perform tests.keep('x', (app_public.hold_seats(
        tests.id(sell_otherwise.theatre || '.performance'), tests.seats(11)
      )).id);
      perform app_public.choose_payment_plan(tests.id('x'), tests.id('plan'));
      perform app_public.start_checkout(tests.id('x'), 'x@example.com');
      perform tests.keep('x', (app_public.hold_seats(
        tests.id(sell_otherwise.theatre || '.performance'), tests.seats(12)
      )).id);
      perform tests.sign_in(sell_otherwise.theatre || ' owner');
      perform app_public.set_category_approval(c.id, true)
      from app_public.ticket_categories as c
      where c.event_id = tests.id(sell_otherwise.theatre || '.event');
      perform tests.as_guest(1);
      perform app_public.start_checkout(tests.id('x'), 'x@example.com');
      perform tests.sign_in(sell_otherwise.theatre || ' owner');
      perform app_public.set_category_approval(c.id, false)
      from app_public.ticket_categories as c
      where c.event_id = tests.id(sell_otherwise.theatre || '.event');
      perform tests.as_owner();
    end
    $$;
    -- What is sold besides tickets and given out, what is kept back of a pool, what is asked of who
    -- comes, and a date that was moved.
    create function tests.extras(theatre text, standing text)
    returns void
    language plpgsql volatile
    as $$
    declare
      v_shirt uuid;
    begin
      perform tests.sign_in(extras.theatre || ' owner');
      v_shirt := (app_public.create_add_on(
        'Shirt', 100, tests.id(extras.theatre || '.event'), stock => 5
      )).id;
      perform app_public.add_add_on_codes(a.id, '{x}'), app_public.set_add_on_download(
        a.id, 'https://x.example/'
      )
      from app_public.create_add_on(
        'Parking', 100, tests.id(extras.theatre || '.event'), stock => 0, delivery => 'digital'
      ) as a;
      perform app_public.save_attendee_question(tests.id(extras.theatre || '.event'), 'x');
      perform app_public.allocate_admissions(tests.id(extras.standing || '.floor'), 1, 'house', 'x');
      perform tests.as_guest(97);
      perform tests.keep(extras.theatre || '.extras', (
        app_public.hold_seats(tests.id(extras.theatre || '.performance'), tests.seats(9))
      ).id);
      perform app_public.add_add_on(tests.id(extras.theatre || '.extras'), v_shirt, 1);
      perform app_public.set_delivery_address(tests.id(extras.theatre || '.extras'), 'xxxxx');
      perform app_public.start_checkout(tests.id(extras.theatre || '.extras'), 'x@example.com');
      perform tests.as_owner();
      perform tests.pay(tests.id(extras.theatre || '.extras'));
      perform tests.sign_in(extras.theatre || ' owner');
      perform app_public.mark_add_on_delivered(i.id)
      from app_public.booking_items as i where i.add_on_id = v_shirt;
      perform app_public.postpone_performance(tests.id(extras.standing || '.performance'));
      perform tests.as_owner();
    end
    $$;
    select tests.create_theatre();
    select tests.create_theatre('rival');
    select tests.create_event('theatre', 'draft.event');
    ${barnSql}
    select tests.sell('g1', 'theatre', 1, 1, 2);
    select tests.sign_in('theatre owner');
    select app_public.cancel_booking(tests.id('g1'));
    select tests.sell('g1b', 'theatre', 1, 3);
    select tests.user_id('ada');
    update app_public.users set email_verified_at = now() where email = 'ada@example.com';
    select tests.sign_in('ada');
    select tests.keep(
      'ada', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))).id
    );
    select app_public.start_checkout(tests.id('ada'));
    select tests.pay(tests.id('ada'));
    select tests.sell('r1', 'rival', 2, 1);
    select tests.books('theatre');
    select tests.books('rival');
    select tests.pay_out('theatre');
    select tests.pay_out('rival');
    select tests.sign_in('theatre staff');
    select app_public.scan_ticket(tests.id('theatre.performance'), 'x');
    select tests.as_guest(1);
    select app_public.set_ticket_attendee(t.id, 'x') from app_public.held_tickets() as t;
    select app_public.offer_ticket(t.id, 'eve@example.com') from app_public.held_tickets() as t;
    select tests.sign_in('ada');
    select app_public.set_ticket_attendee(t.id, 'x') from app_public.held_tickets() as t;
    select app_public.describe_booking(tests.id('ada'), 'A friend');
    select tests.sign_in('theatre owner');
    select app_public.add_booking_note(tests.id('ada'), 'Called');
    select app_public.save_entry_gate(
      tests.id('theatre.venue'), 'Gate',
      (app_public.save_entry_zone(tests.id('theatre.venue'), 'Zone', array['Stalls'])).id
    );
    select set_config(
      'tests.scanner',
      (app_public.register_scanner_device(tests.id('theatre.venue'), 'Scanner')).device_token, false
    );
    select tests.become('lml_user', current_setting('tests.scanner'), '');
    select app_public.merge_offline_scans(tests.id('theatre.performance'), jsonb_build_array(
      jsonb_build_object(
        'scan_id', uuidv7(), 'credential_hash', repeat('a', 64), 'scanned_at', now(),
        'result', 'invalid'
      )
    ));
    select tests.sign_in('rival owner');
    select app_public.scan_ticket(tests.id('rival.performance'), 'x');
    select app_public.cancel_booking(tests.id('r1'));
    select tests.sell_otherwise('theatre');
    select tests.sell_otherwise('rival');
    select tests.create_standing();
    select tests.as_guest(1);
    select tests.admit('floor', 2);
    select tests.create_standing('rival', 'rival.standing');
    select tests.extras('theatre', 'standing');
    select tests.extras('rival', 'rival.standing');
    -- A pass that was used, of a guest, and one of the rival's.
    select tests.create_festival();
    select tests.create_festival('rival', 'rival.festival');
    select tests.as_guest(1);
    select tests.keep('pass', tests.attend('pass', 1));
    select app_public.start_checkout(tests.id('pass'), 'x@example.com');
    select tests.as_guest(98);
    select tests.keep('rival.pass', tests.attend('pass', 1, null, 'rival.festival'));
    select app_public.start_checkout(tests.id('rival.pass'), 'x@example.com');
    select tests.as_owner();
    select tests.pay(tests.id('pass')), tests.pay(tests.id('rival.pass'));
    insert into app_public.pass_entries (
      organization_id, ticket_id, performance_id, first_entry_at
    )
    select t.organization_id, t.id, d.performance_id, now()
    from app_public.tickets as t
    join app_public.pass_dates as d
      on d.organization_id = t.organization_id and d.pass_id = t.performance_id;
    select tests.suspect('theatre', 7);
    select tests.suspect('rival', 7);
    select tests.sign_in('theatre owner');
    select app_public.allocate_seats(tests.id('standing.performance'), tests.seats(1), 'house', 'x');
    select tests.sign_in('rival owner');
    select app_public.allocate_seats(
      tests.id('rival.standing.performance'), tests.seats(1), 'house', 'x'
    );
    -- Prices of every kind, of the theatre, of its other venue and of the rival.
    select tests.as_owner();
    insert into app_private.allocation_holds (organization_id, booking_id, seat_allocation_id)
    select a.organization_id, (
      select min(b.id::text)::uuid from app_public.bookings as b
      where b.organization_id = a.organization_id
    ), a.id
    from app_public.seat_allocations as a;
    update app_public.users set email_verified_at = now() where email = 'ada@example.com';
    insert into app_public.memberships (organization_id, user_id)
    values (tests.id('theatre.organization'), tests.user_id('ada'));
    insert into app_public.memberships (organization_id, email)
    select tests.id(t || '.organization'), 'member@example.com'
    from unnest(array['theatre', 'rival']) as t;
    insert into app_public.tax_jurisdictions (organization_id, name)
    select tests.id(t || '.organization'), 'AT' from unnest(array['theatre', 'rival']) as t;
    insert into app_public.discount_codes (organization_id, event_id, currency, code, percentage)
    select e.organization_id, e.id, e.currency, 'CODE', 10
    from app_public.events as e
    where e.id in (tests.id('theatre.event'), tests.id('barn.event'), tests.id('rival.event'));
    insert into app_public.discount_redemptions (
      booking_id, organization_id, discount_code_id, code
    )
    select b.id, b.organization_id, c.id, c.code
    from app_public.bookings as b
    join app_public.performances as p on p.id = b.performance_id
    join app_public.discount_codes as c on c.event_id = p.event_id;
    insert into app_public.pricing_rules (
      organization_id, ticket_category_id, name, condition, percentage
    )
    select c.organization_id, c.id, 'x', 'hours_to_event', 10
    from app_public.ticket_categories as c
    where c.name = 'I'
      and c.event_id in (
        tests.id('theatre.event'), tests.id('barn.event'), tests.id('rival.event')
      );
    insert into app_private.sold_shares
    select (app_private.count_sold(p.id, p.organization_id)).*
    from app_public.performances as p where p.id = tests.id('theatre.performance');
    insert into app_private.discount_attempts (asker) values ('203.0.113.7');
    select tests.user_id('eve');
    select tests.user_id('root');
    select tests.as_owner();
    insert into app_public.platform_staff (user_id, role) values (tests.user_id('root'), 'admin');
    select app_private.issue_user_token(
      tests.user_id('ada'), 'verify_email', 'ada@example.com', tests.token('mailed')
    );
    insert into app_private.two_factor_secrets (user_id, encrypted_secret)
    values (tests.user_id('ada'), 'x');
    insert into app_private.recovery_codes (user_id, code_hash)
    values (tests.user_id('ada'), sha256('x'));
    select app_private.sign_up('x@example.com', '$argon2id$x', 'X', 'X', tests.token('x'));
    select app_private.count_attempt('sign_in', '203.0.113.7');
    select app_private.record_failed_attempt('sign_in', tests.user_id('ada'));
    select app_private.record_session_activity(
      array[app_hidden.hash_token(tests.token('session of ada'))]
    );
    select app_private.trust_device(s, tests.token('device'))
    from app_public.user_sessions as s where s.user_id = tests.user_id('ada');
    insert into app_public.user_suspensions (user_id, reason, lifted_at)
    values (tests.user_id('ada'), 'x', now());
    select set_config('lml.session_token', tests.token('session of root'), true),
      app_private.start_impersonation(
        tests.user_id('ada'), 'She asked us.', tests.token('root as ada')
      );
    select tests.as_owner();
    insert into app_private.idempotency_keys (owner, idempotency_key, function_name, arguments_hash)
    values ('x', 'x', 'x', 'x');
    select app_private.beat_worker('x');
    insert into app_private.closed_months (table_name, month, row_count)
    values ('ticket_scans', '2015-01-01', 0);
    select app_private.load_disposable_email_domains(array['x.example']);
    insert into app_private.payment_failure_signals (stripe_event_id, organization_id, booking_id)
    select (select id from app_private.stripe_events limit 1), b.organization_id, b.id
    from app_public.bookings as b where b.id = tests.id('theatre.suspect');
    insert into app_public.disputes (
      id, organization_id, booking_id, payment_intent_id, stripe_dispute_id, status, reason,
      amount_cents, currency, opened_at
    )
    select uuidv7(), p.organization_id, p.booking_id, p.id, 'dp_' || p.id,
      'warning_needs_response', 'general', p.amount_cents, p.currency, now()
    from app_public.payment_intents as p
    where p.status = 'succeeded';
    insert into app_public.dispute_responses (organization_id, dispute_id, is_acceptance)
    select d.organization_id, d.id, true from app_public.disputes as d;
    insert into app_private.lost_dispute_signals (organization_id, dispute_id, booking_id)
    select d.organization_id, d.id, d.booking_id from app_public.disputes as d;
    insert into app_public.member_permissions (organization_id, member_id, permission)
    select m.organization_id, m.id, 'bookings.read' from app_public.organization_members as m
    where m.user_id in (tests.user_id('theatre viewer'), tests.user_id('rival viewer'));
    insert into app_public.venue_compliance (organization_id, venue_id)
    values (tests.id('theatre.organization'), tests.id('theatre.venue'));
    insert into app_public.layout_fetches (organization_id, venue_id, url, expected_sha256)
    values (
      tests.id('theatre.organization'), tests.id('theatre.venue'), 'https://cdn.example/x',
      repeat('0', 64)
    );
    insert into app_public.domain_challenges (organization_id, domain, record_value)
    select o.id, 'tickets.example', 'lml-verification=' || tests.token(o.slug)
    from app_public.organizations as o;
    insert into app_private.consent_tokens (
      token_hash, organization_id, email, purpose, is_given, wording_version, source, expires_at
    )
    select sha256(o.slug::bytea), o.id, 'x@example.com', 'marketing', true, 'x', 'web', now()
    from app_public.organizations as o;
    insert into app_private.booking_confirmations (booking_id)
    select b.id from app_public.bookings as b on conflict do nothing;
    insert into app_private.booking_link_requests (booking_reference, email)
    select b.booking_reference, 'x@example.com' from app_public.bookings as b;
    insert into app_public.waiting_list_entries (
      organization_id, performance_id, customer_id, user_id, quantity
    )
    select distinct b.organization_id, b.performance_id, b.customer_id, c.user_id, 1
    from app_public.bookings as b
    join app_public.customers as c on c.id = b.customer_id
    where b.performance_id in (
      tests.id('theatre.performance'), tests.id('barn.performance'), tests.id('rival.performance')
    );
    insert into app_private.waiting_list_tokens (
      token_hash, organization_id, performance_id, quantity, is_accessible, entry_id, expires_at
    )
    select sha256(w.id::text::bytea), w.organization_id, w.performance_id, 1, false, w.id, now()
    from app_public.waiting_list_entries as w;
    insert into app_public.organization_suspensions (organization_id, reason, lifted_at)
    select o.id, 'x', now() from app_public.organizations as o;
    insert into app_public.organization_verifications (organization_id, documents)
    select o.id, '["x"]' from app_public.organizations as o;
    insert into app_public.organization_invitations (
      organization_id, email, role, invited_by, expires_at
    )
    select m.organization_id, 'x@example.com', 'viewer', m.user_id, now() + interval '1 day'
    from app_public.organization_members as m where m.role = 'owner';
    insert into app_private.invitation_tokens (token_hash, organization_id, invitation_id)
    select sha256(i.id::text::bytea), i.organization_id, i.id
    from app_public.organization_invitations as i;
    insert into app_private.payment_intent_secrets (
      organization_id, payment_intent_id, client_secret
    )
    select organization_id, id, 'x' from app_public.payment_intents;
    select app_private.change_payment(p.id, 1) from app_public.payment_intents as p;
    select app_private.record_charge(p, jsonb_build_object('id', 'ch_' || p.id, 'status', 'failed'))
    from app_public.payment_intents as p;
    select app_private.raise_payment_finding(
      'event_amount_differs', p.id::text, p.organization_id, p.booking_id, '{}'
    ) from app_public.payment_intents as p;
    select app_private.raise_payment_finding('event_without_parent', 'x', null, null, '{}');
    select app_private.begin_stripe_call(
      p.organization_id, 'payment_intent.create', p.id, p.id::text, repeat('0', 64)
    ) from app_public.payment_intents as p;
    select tests.sign_in('theatre owner');
    select app_public.set_cancellation_policy(tests.id('theatre.organization'), '{7}', '{50}');
    select tests.sign_in('rival owner');
    select app_public.set_cancellation_policy(tests.id('rival.organization'), '{7}', '{50}');
    select tests.as_owner();
    insert into app_private.stripe_customers (organization_id, user_id, stripe_id)
    select distinct b.organization_id, b.user_id, 'cus_x'
    from app_public.bookings as b where b.user_id = tests.user_id('ada');
    insert into app_private.saved_payment_methods (organization_id, stripe_customer_id, stripe_id)
    select c.organization_id, c.id, 'pm_x' from app_private.stripe_customers as c;
    insert into app_private.payment_choices (
      booking_id, organization_id, stripe_customer_id, saves_card
    )
    select b.id, b.organization_id, c.id, true
    from app_public.bookings as b
    join app_private.stripe_customers as c
      on c.organization_id = b.organization_id and c.user_id = b.user_id;
    select tests.sign_in('ada');
    select app_public.export_my_data();
    select app_public.give_consent('newsletter', 'x');
    select app_public.give_consent('newsletter', 'x', tests.id('rival.organization'));
    select tests.sign_in('theatre owner');
    select app_public.export_customer_data(id) from app_public.customers;
    select tests.describe('theatre');
    select tests.describe('rival');
    reset role;
  `);
  // Only what is committed is sealed.
  await client.query("select app_private.seal_audit_log()");
  tables = await tablesOf(client);
  const { rows } = await client.query<{ name: string; user_id: string }>(
    "select name, user_id from tests.people",
  );
  const atTheBarn = await client.query<{ ids: string }>(`
    select array_agg(id)::text as ids from (
      select id from tests.ids where name ~ '^barn'
      union all select b.customer_id from app_public.bookings as b where b.id = tests.id('barn.sale')
      union all select c.id from app_public.ticket_categories as c
      where c.event_id = tests.id('barn.event')
    ) as barn`);
  barn = atTheBarn.rows[0]?.ids ?? "{}";
  ids = new Map(rows.map(({ name, user_id }) => [name, user_id]));
}, 60_000);

afterAll(() => database.drop());

/** Nothing that is tried stays, so it is the same for all tests. */
let known: Promise<string> | undefined;
const whole = (): Promise<string> => (known ??= matrix());

test("what everybody may do with every table is what expected.md says", async () => {
  await expect(await whole()).toMatchFileSnapshot("expected.md");
}, 60_000);

test("every table has rows to see", async () => {
  const empty: string[] = [];
  for (const table of tables) {
    if ((await kindsOf(table, undefined)).size === 0) empty.push(table.name);
  }
  expect(empty).toEqual([]);
});

test.each([
  ["a policy", "app_public.customers", "drop policy select_member on app_public.customers"],
  [
    "row-level security",
    "app_public.customers",
    "alter table app_public.customers disable row level security",
  ],
  ["a grant", "app_public.tickets", "grant update on app_public.tickets to lml_user"],
  [
    "two grants on a secret",
    "app_private.user_tokens",
    `grant usage on schema app_private to lml_user;
    grant select on app_private.user_tokens to lml_user`,
  ],
])("control: a change of %s is found, in the line of %s", async (_, name, change) => {
  const table = tables.find((each) => each.name === name) ?? expect.unreachable();
  await client.query("begin");
  const before = await lineOf(table);
  await client.query(change);
  const after = await lineOf(table);
  await client.query("rollback");
  expect(after).not.toBe(before);
});

test("a table that is not in expected.md is found", async () => {
  await client.query("begin");
  await client.query("create table app_public.planted_table (id uuid primary key)");
  expect((await tablesOf(client)).map(({ name }) => name)).toContain("app_public.planted_table");
  await client.query("rollback");
  expect((await whole()).match(/^\| `app_/gm)).toHaveLength(tables.length);
});

/** Views are read by people for whom they are made, and have a story of their own: privacy/masked_views.sql. */
async function tablesOf(from: pg.Client): Promise<Table[]> {
  const { rows } = await from.query<Table>(`
    select format('%s.%s', n.nspname, c.relname) as name,
      (select a.attname from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        order by a.attnum limit 1) as column,
      case
        when c.oid = 'app_public.organizations'::regclass then 'id'
        when exists (select from pg_attribute as a
          where a.attrelid = c.oid and a.attname = 'organization_id') then 'organization_id'
      end as tenant,
      case
        when c.oid = 'app_public.users'::regclass then 'id'
        when exists (select from pg_attribute as a
          where a.attrelid = c.oid and a.attname = 'user_id') then 'user_id'
      end as person,
      array(select a.attname::text from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and a.atttypid = 'uuid'::regtype) as ids
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('app_public', 'app_private') and c.relkind in ('r', 'p')
      and not c.relispartition
    order by 1`);
  return rows;
}

/** The whole table, every cell of it tried. */
async function matrix(): Promise<string> {
  const names = Object.keys(people);
  const lines = [`| | ${names.join(" | ")} |`, `| --- | ${names.map(() => "---").join(" | ")} |`];
  await client.query("begin");
  for (const table of tables) lines.push(await lineOf(table));
  await client.query("rollback");
  return await format(
    `# Who may do what with every table

Read by what people really get, after a sale, a refund and a scan in two theatres. \`T\` is all rows of the theatre they belong
to or bought from, \`B\` those of its other venue, the barn, \`R\` all rows of its rival, \`M\` all of their own, \`S\` all of somebody else's, \`P\` all that belong to nobody;
small letters are some of them. Two managers are restricted to one venue each. \`.\` is no row, \`-\` is refused. \`+insert\`, \`+update\` and \`+delete\` would be rights to write:
nobody who makes requests has any.

${lines.join("\n")}
`,
    { parser: "markdown", printWidth: 100 },
  );
}

async function lineOf(table: Table): Promise<string> {
  const cells: string[] = [];
  for (const person of Object.values(people)) cells.push(await cellOf(table, person));
  return `| \`${table.name}\` | ${cells.join(" | ")} |`;
}

async function cellOf(
  table: Table,
  { become, name }: { readonly become: string; readonly name?: string },
): Promise<string> {
  const all = await kindsOf(table, name);
  const outcomes = await as(become, {
    read: kindsQuery(table, name),
    insert: `insert into ${table.name} default values`,
    update: `update ${table.name} set ${table.column} = ${table.column} where false`,
    delete: `delete from ${table.name} where false`,
  });
  const seen = outcomes.read;
  let cell = "-";
  if (seen !== undefined) {
    const visible = new Map(seen.map(({ kind, count }) => [kind, count]));
    const letters = [...all].flatMap(([kind, count]) => {
      const rows = visible.get(kind) ?? 0;
      return rows === 0 ? [] : [rows === count ? kind : kind.toLowerCase()];
    });
    cell = letters.join("") || ".";
  }
  for (const verb of ["insert", "update", "delete"] as const) {
    if (outcomes[verb] !== undefined) cell += ` +${verb}`;
  }
  return cell;
}

const counted = new Map<string, ReadonlyMap<string, number>>();

/** How many rows of each kind there are for whoever asks. Most questions are the same for all who do. */
async function kindsOf(
  table: Table,
  name: string | undefined,
): Promise<ReadonlyMap<string, number>> {
  const query = kindsQuery(table, name);
  let kinds = counted.get(query);
  if (kinds === undefined) {
    const { rows } = await client.query<Kind>(query);
    kinds = new Map(rows.map(({ kind: letter, count }) => [letter, count]));
    counted.set(query, kinds);
  }
  return kinds;
}

function kindsQuery(table: Table, name: string | undefined): string {
  const me = ids.get(name ?? "");
  const isMine = me === undefined ? "false" : `${table.person} = '${me}'`;
  const kind =
    table.tenant !== null
      ? `case ${table.tenant}
          when tests.id('theatre.organization') then case when ${atTheBarnIs(table)} then 'B' else 'T' end
          when tests.id('rival.organization') then 'R' else 'P' end`
      : table.person !== null
        ? `case when ${isMine} then 'M' else 'S' end`
        : "'P'";
  return `select ${kind} as kind, count(*)::int as count from ${table.name} group by 1
    order by array_position('{T,B,R,M,S,P}', ${kind})`;
}

function atTheBarnIs({ ids: columns }: Table): string {
  return columns.map((column) => `coalesce(${column} = any ('${barn}'), false)`).join(" or ");
}

/**
 * Tries statements as somebody, in a transaction: the rows of each, or nothing where it is refused for lack of a privilege.
 * Nothing of it stays.
 */
async function as<Name extends string>(
  become: string,
  statements: Readonly<Record<Name, string>>,
): Promise<Partial<Record<Name, readonly Kind[]>>> {
  await client.query(`savepoint cell; select ${become}`);
  const { rows } = await client.query<{ outcomes: Partial<Record<Name, readonly Kind[]>> }>(
    "select tests.outcomes($1) as outcomes",
    [JSON.stringify(statements)],
  );
  await client.query("rollback to savepoint cell; release savepoint cell; reset role");
  return rows[0]?.outcomes ?? {};
}
