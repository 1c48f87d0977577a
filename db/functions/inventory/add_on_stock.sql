create or replace function app_public.add_on_stock(add_on_id uuid)
returns app_public.add_on_count
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons;
  v_count app_public.add_on_count;
begin
  select * into v_add_on from app_public.add_ons as a where a.id = add_on_stock.add_on_id;
  if v_add_on.event_id is null
    or v_add_on.event_id not in (select app_hidden.permitted_event_ids('inventory.read'))
  then
    perform app_hidden.require_permission(v_add_on.organization_id, 'inventory.read');
  end if;
  select s.add_on_id, s.total, s.held - l.lapsed, s.sold, s.total - s.held - s.sold + l.lapsed
  into v_count
  from app_private.add_on_counters as s
  cross join lateral (
    select coalesce(sum(c.quantity), 0)::integer as lapsed
    from app_private.add_on_claims as c
    where c.add_on_id = s.add_on_id and c.held_until <= now()
  ) as l
  where s.add_on_id = v_add_on.id;
  return v_count;
end
$$;

comment on function app_public.add_on_stock(uuid) is
  'How many there are of an add-on, held, sold and free; null when there is no end of it. '
  'Needs inventory.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.add_on_stock(uuid) to lml_user;
