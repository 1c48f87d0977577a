-- The registry: one function for each kind of object. A handler takes the object, locks in the
-- order of docs/architecture.md, may be called with any news in any order and again, and returns
--   applied
--   ignored: why           it is not about us
--   refused: kind          it contradicts what is known: a finding of that kind
--   parked: id             it is about something that is not known yet, and is tried again when a
--                          payment or refund gets that id at Stripe, and by the clock
create or replace function app_private.dispatch_stripe_event(event app_private.stripe_events)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payload jsonb := (dispatch_stripe_event.event).payload;
  v_object jsonb := v_payload #> '{data,object}';
begin
  if jsonb_typeof(v_object) is distinct from 'object' then
    return 'ignored: no object';
  end if;
  if v_object ->> 'livemode' <> (dispatch_stripe_event.event).livemode::text then
    return 'refused: event_mode_differs';
  end if;
  -- Payments, charges, refunds, disputes, transfers and payouts are the platform's own. What they
  -- are called on the account of somebody who is paid out is no news of ours, unless it says so.
  if v_payload ->> 'account' is not null
    and v_object ->> 'object'
      in ('payment_intent', 'charge', 'refund', 'dispute', 'transfer', 'payout')
  then
    return case
      when app_private.is_stripe_object_ours(v_object) then 'refused: event_account_differs'
      else 'ignored: another account'
    end;
  end if;
  return case v_object ->> 'object'
    when 'payment_intent' then app_private.apply_payment_intent(v_object, v_payload)
    when 'charge' then app_private.apply_charge(v_object)
    when 'refund' then app_private.apply_refund(v_object)
    when 'dispute' then app_private.apply_dispute(v_object, v_payload)
    when 'payment_method' then app_private.apply_payment_method(v_payload)
    when 'account' then app_private.apply_account(v_object, v_payload)
    when 'application' then app_private.apply_deauthorization(v_payload)
    when 'transfer' then app_private.apply_transfer(v_object)
    when 'payout' then app_private.apply_platform_payout(v_object)
    else 'ignored: no handler'
  end;
end
$$;

comment on function app_private.dispatch_stripe_event(app_private.stripe_events) is
  'Has the handler of its object apply an event; returns the outcome and its reason.';
