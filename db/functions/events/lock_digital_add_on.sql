create or replace function app_private.lock_digital_add_on(add_on_id uuid)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    lock_digital_add_on.add_on_id, 'events.manage'
  );
begin
  if v_add_on.delivery <> 'digital' then
    raise exception 'The add-on is not digital.' using errcode = 'LMINP', detail = 'delivery';
  end if;
  return v_add_on;
end
$$;

comment on function app_private.lock_digital_add_on(uuid) is
  'A digital add-on, locked after its event, for members with events.manage. '
  'Raises LMINP, LMNFD, LMRGT, LMAUT, LMSES.';
