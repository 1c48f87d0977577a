create or replace function app_public.set_online_address(
  event_id uuid, address text, instructions text default null
)
returns app_public.event_online_addresses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_online_address.event_id, 'events.manage'
  );
  v_address app_public.event_online_addresses;
  v_constraint text;
  v_column text;
begin
  if v_event.format = 'physical' then
    raise exception 'The event does not take place online.'
      using errcode = 'LMINP', detail = 'format';
  end if;
  insert into app_public.event_online_addresses as a (
    event_id, organization_id, address, instructions
  )
  values (
    v_event.id, v_event.organization_id, set_online_address.address,
    set_online_address.instructions
  )
  on conflict on constraint event_online_addresses_pkey do update
  set address = excluded.address, instructions = excluded.instructions
  returning * into v_address;
  return v_address;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_online_address(uuid, text, text) is
  'Where a virtual or hybrid event takes place: shown to who has a ticket, and to members. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_online_address(uuid, text, text) to lml_user;
