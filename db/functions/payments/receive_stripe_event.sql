-- The caller has verified the signature. Stored before it is answered, applied by a job; the key
-- refuses what comes twice.
create or replace function app_private.receive_stripe_event(event jsonb, livemode boolean)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_constraint text;
  v_column text;
begin
  if receive_stripe_event.event ->> 'id' is null
    or receive_stripe_event.event ->> 'type' is null
    or jsonb_typeof(receive_stripe_event.event -> 'created') is distinct from 'number'
  then
    raise exception 'This is not an event.' using errcode = 'LMINP', detail = 'event';
  end if;
  insert into app_private.stripe_events (id, type, livemode, stripe_created_at, payload)
  values (
    receive_stripe_event.event ->> 'id',
    receive_stripe_event.event ->> 'type',
    receive_stripe_event.livemode,
    to_timestamp((receive_stripe_event.event ->> 'created')::double precision),
    receive_stripe_event.event
  )
  on conflict (id) do nothing;
  if not found then
    return false;
  end if;
  perform app_private.add_job(
    'stripe_event__apply', jsonb_build_object('event_id', receive_stripe_event.event ->> 'id')
  );
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when datetime_field_overflow then
    raise exception 'This is not an event.' using errcode = 'LMINP', detail = 'created';
end
$$;

comment on function app_private.receive_stripe_event(jsonb, boolean) is
  'Puts a verified event into the inbox; false when it was there. Raises LMINP.';
grant execute on function app_private.receive_stripe_event(jsonb, boolean) to lml_authenticator;
