create or replace function app_public.add_on_stock(add_on_id uuid)
returns app_public.add_on_count
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons;
begin
  select * into v_add_on from app_public.add_ons as a where a.id = add_on_stock.add_on_id;
  if v_add_on.event_id is null
    or v_add_on.event_id not in (select app_hidden.permitted_event_ids('inventory.read'))
  then
    perform app_hidden.require_permission(v_add_on.organization_id, 'inventory.read');
  end if;
  return app_private.add_on_count_of(v_add_on.id);
end
$$;

comment on function app_public.add_on_stock(uuid) is
  'How many there are of an add-on, held, sold and free; null when there is no end of it. '
  'Needs inventory.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.add_on_stock(uuid) to lml_user;
