-- The counter first, as everywhere; a claim that somebody is prolonging is left to them.
create or replace function app_private.free_lapsed_add_ons(add_on_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_private.add_on_counters as s
  where s.add_on_id = free_lapsed_add_ons.add_on_id
  for no key update;
  with lapsed as materialized (
    select c.organization_id, c.booking_id
    from app_private.add_on_claims as c
    where c.add_on_id = free_lapsed_add_ons.add_on_id and c.held_until <= now()
    for no key update skip locked
  ),
  gone as (
    delete from app_private.add_on_claims as c
    using lapsed as l
    where c.add_on_id = free_lapsed_add_ons.add_on_id
      and c.organization_id = l.organization_id
      and c.booking_id = l.booking_id
    returning c.quantity
  )
  update app_private.add_on_counters as s
  set held = s.held - g.quantity
  from (select sum(g.quantity)::integer as quantity from gone as g) as g
  where s.add_on_id = free_lapsed_add_ons.add_on_id and g.quantity > 0;
end
$$;

comment on function app_private.free_lapsed_add_ons(uuid) is
  'Takes back what nobody bought in time of an add-on.';
