-- If this fails, the fee of a dispute is kept from an organization twice, or is borne by nobody.
select plan(31);

select tests.create_theatre();
create function tests.dispute(
  booking text, news text, is_taken boolean, fee_back bigint default null
) returns text
language plpgsql volatile as $$
declare
  v_event_id text := 'evt_' || replace(uuidv7()::text, '-', '');
begin
  perform app_private.receive_stripe_event(
    jsonb_build_object(
      'id', v_event_id, 'type', 'charge.dispute.updated',
      'created', extract(epoch from now())::bigint
        + (select count(*) from app_private.stripe_events),
      'data', jsonb_build_object('object', (
        select jsonb_build_object(
          'object', 'dispute', 'id', 'dp_' || dispute.booking, 'charge', 'ch_' || dispute.booking,
          'payment_intent', p.stripe_payment_intent_id, 'status', dispute.news,
          'amount', p.amount_cents, 'currency', lower(p.currency), 'reason', 'fraudulent',
          'created', extract(epoch from now())::bigint - 5,
          'balance_transactions', case when dispute.is_taken then jsonb_build_array(
            jsonb_build_object(
              'id', 'txn_' || dispute.booking, 'amount', -p.amount_cents, 'fee', 1500,
              'currency', lower(p.currency), 'created', extract(epoch from now())::bigint
            )
          ) else '[]' end || case when dispute.fee_back is not null then jsonb_build_array(
            jsonb_build_object(
              'id', 'txn_back_' || dispute.booking, 'amount', p.amount_cents,
              'fee', -dispute.fee_back, 'currency', lower(p.currency),
              'created', extract(epoch from now())::bigint
            )
          ) else '[]' end
        )
        from app_public.payment_intents as p
        where p.id = tests.intent_of(tests.id(dispute.booking))
      ))
    ),
    false
  );
  return app_private.apply_stripe_event(v_event_id);
end
$$;
create function tests.paid() returns bigint
language plpgsql volatile as $$
declare
  v_payout app_public.payouts;
  v_preview bigint;
begin
  perform tests.sign_in('theatre owner');
  select p.next_payout_cents into v_preview
  from app_public.payout_preview(tests.id('theatre.organization')) as p;
  v_payout := app_public.submit_payout(
    (app_public.create_payout(tests.id('theatre.organization'))).id
  );
  perform tests.as_owner();
  perform app_private.begin_payout(v_payout.id);
  perform app_private.record_transfer(v_payout.id, 'tr_' || v_payout.id, null);
  return case when v_preview = v_payout.net_payout_cents then v_payout.net_payout_cents
    else v_preview - v_payout.net_payout_cents end;
end
$$;
create function tests.balance(kind app_public.ledger_account_kind) returns bigint
language sql stable as $$
  select coalesce(sum(e.amount_cents), 0)::bigint
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a on a.id = e.account_id and a.kind = balance.kind
$$;
create function tests.keep_fees_payer(is_organizer boolean) returns void
language sql volatile as $$
  update app_public.organization_settings set pays_stripe_fees = keep_fees_payer.is_organizer
$$;
update app_public.organizations set verification_status = 'verified';
update app_public.organization_settings set minimum_payout_cents = 1;
insert into app_public.stripe_accounts (
  organization_id, country, email, stripe_account_id, stripe_onboarding_completed, payout_enabled,
  transfers_enabled
)
values (tests.id('theatre.organization'), 'AT', 'a@b.example', 'acct_1', true, true, true);
select tests.sell('good', 'theatre', 1, 1, 2, 3, 4);
select tests.sell('bad', 'theatre', 2, 10);
select tests.sell('worse', 'theatre', 3, 11);

-- Of six tickets at 45.00, one is disputed, for 62.80, and 15.00 of fee.
select is(tests.dispute('bad', 'needs_response', true), 'applied', 'a buyer disputes');
select is(tests.paid(), (6 * 4500 - 6280 - 1500)::bigint, 'the fee is taken off, once');
select tests.consistent();
select is(
  app_private.held_for_disputes(tests.id('theatre.organization'), 'EUR'), 6280::bigint,
  'nothing of it is held besides'
);
select is(tests.dispute('bad', 'won', true), 'applied', 'it is won');
select is(tests.paid(), 6280::bigint, 'what was held is paid, and the fee is Stripe''s');
select tests.consistent();

-- Who bears Stripe's fees is agreed when a payment comes, and holds for its dispute whatever is
-- agreed meanwhile. This one came when the organization did.
select tests.keep_fees_payer(false);
select tests.sell('more', 'theatre', 4, 5, 6, 7);
select is(tests.dispute('worse', 'needs_response', true), 'applied', 'another buyer disputes');
select is(tests.paid(), (3 * 4500 - 6280 - 1500)::bigint, 'the fee is taken off, once');
select is(tests.dispute('worse', 'lost', true), 'applied', 'it is lost');
select is(tests.paid(), (6280 - 4500)::bigint, 'the sale is taken back, and the rest is paid');
select tests.consistent();

-- And this one when the platform did: the fee is the organizer's only because it is lost.
select tests.sell('platform', 'theatre', 5, 12);
select tests.sell('another', 'theatre', 6, 8, 9);
select is(tests.dispute('platform', 'needs_response', true), 'applied', 'a third one disputes');
select is(
  tests.paid(), (3 * 4500 - 6280 - 1500)::bigint,
  'the fee is held, once'
);
select tests.keep_fees_payer(true);
select is(
  app_private.held_for_disputes(tests.id('theatre.organization'), 'EUR'), (6280 + 1500)::bigint,
  'it still is when the organization pays from now on'
);
select tests.sell('last', 'theatre', 7, 13, 14);
select is(tests.dispute('platform', 'lost', true), 'applied', 'it is lost');
select is(
  tests.paid(),
  (4500 + 6280 + 1500 - 4500 - 1500)::bigint,
  'the sale is taken back, and the fee with it'
);
select tests.consistent();
select is(tests.balance('organizer_payable'), 0::bigint, 'nothing is left');
select is(tests.balance('stripe_fees'), 0::bigint, 'and nobody else has paid');

-- What Stripe gives back is the payee's who was charged.
select tests.sell('returned', 'theatre', 8, 11);
select tests.dispute('returned', 'needs_response', true);
select tests.sell('beside', 'theatre', 9, 15, 16, 17);
select tests.paid();
select is(tests.dispute('returned', 'won', true, fee_back => 1500), 'applied', 'a fee comes back');
select is(
  tests.balance('stripe_fees'), -1500::bigint, 'until the next payout it is on the other side'
);
select tests.consistent();
select is(tests.paid(), (6280 + 1500)::bigint, 'which pays it');
select is(tests.balance('stripe_fees'), 0::bigint, 'and evens it out');
select tests.consistent();

-- A correction is borne as what it corrects, through however many of them.
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('sam'), 'support'), (tests.user_id('root'), 'admin');
create function tests.correct(source text, fees bigint) returns uuid
language plpgsql volatile as $$
declare
  v_fact_id uuid := (
    select t.id from app_public.ledger_transactions as t
    where starts_with(t.source, correct.source)
    order by t.id desc limit 1
  );
begin
  perform tests.sign_in('sam');
  perform tests.keep('correction', (app_public.request_correction(
    v_fact_id, 'EUR', '{stripe_fees,adjustments}', array[correct.fees, -correct.fees], 'Wrong.'
  )).id);
  perform tests.sign_in('root');
  perform app_public.post_correction(tests.id('correction'));
  perform tests.as_owner();
  return v_fact_id;
end
$$;
select tests.sell('corrected', 'theatre', 10, 12);
select app_private.post_stripe_fee(
  tests.intent_of(tests.id('corrected')), 300, 6280 - 300, 'txn_corrected'
);
select tests.correct('stripe_fee:', -200);
select tests.keep_fees_payer(false);
select tests.correct('correction:', 200);
select is(tests.paid(), (4500 - 300)::bigint, 'a fee that was right after all is charged');
select tests.consistent();
select tests.sell('others', 'theatre', 11, 18);
select tests.correct(
  'dispute_loss:' || (
    select d.id from app_public.disputes as d where d.stripe_dispute_id = 'dp_worse'
  ), 100
);
select is(
  tests.paid(), (2250 - 100)::bigint,
  'and what is corrected of a dispute, as its payment was agreed on'
);
select tests.consistent();

-- Control.
alter table app_public.ledger_transactions disable trigger _200_refuse_change;
update app_public.ledger_transactions set pays_stripe_fees = not pays_stripe_fees;
select is(
  (select string_agg(distinct c.invariant, ' ' order by c.invariant)
    from app_public.check_invariants() as c),
  'fee_of_a_lost_dispute_is_borne_once payout_is_its_items', 'another agreement would be found'
);
