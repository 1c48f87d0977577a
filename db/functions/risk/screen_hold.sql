-- Asked only where a rule wants it: see events.screens_holds. It raises, so the seats stay free.
create or replace function app_private.screen_hold(booking_id uuid, tickets integer)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_signal app_private.booking_signals := app_private.record_signal(
    screen_hold.booking_id, 'hold', screen_hold.tickets
  );
begin
  if cardinality(app_private.firing_rules(v_signal)) > 0 then
    raise exception 'These seats cannot be held for you now.'
      using errcode = 'LMRSK', hint = 'Try again later, or ask the organization.';
  end if;
end
$$;

comment on function app_private.screen_hold(uuid, integer) is
  'Records a hold and asks the rules about it. Raises LMRSK, which does not tell the rule.';
