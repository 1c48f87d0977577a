-- A slot or a claim that somebody works on is left to them.
create or replace function app_private.free_lapsed_admissions(pool_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  with lapsed as materialized (
    select c.organization_id, c.pool_id, c.slot_no, c.booking_id
    from app_private.admission_claims as c
    join app_private.admission_slots as s
      on s.pool_id = c.pool_id
      and s.slot_no = c.slot_no
      and s.organization_id = c.organization_id
    where c.pool_id = free_lapsed_admissions.pool_id and c.held_until <= now()
    for no key update of s, c skip locked
  ),
  gone as (
    delete from app_private.admission_claims as c
    using lapsed as l
    where c.pool_id = l.pool_id
      and c.slot_no = l.slot_no
      and c.organization_id = l.organization_id
      and c.booking_id = l.booking_id
    returning c.organization_id, c.pool_id, c.slot_no, c.quantity
  ),
  freed as (
    update app_private.admission_slots as s
    set held = s.held - g.quantity
    from (
      select g.organization_id, g.pool_id, g.slot_no, sum(g.quantity)::integer as quantity
      from gone as g
      group by g.organization_id, g.pool_id, g.slot_no
    ) as g
    where s.organization_id = g.organization_id
      and s.pool_id = g.pool_id
      and s.slot_no = g.slot_no
    returning g.quantity
  )
  select coalesce(sum(f.quantity), 0) into v_count from freed as f;
  return v_count;
end
$$;

comment on function app_private.free_lapsed_admissions(uuid) is
  'Takes back what nobody bought in time of a pool; returns how many places.';
