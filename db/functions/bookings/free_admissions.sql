-- Slots are locked in order, then the claims, as by whoever sells.
create or replace function app_private.free_admissions(
  booking app_public.bookings, ticket_category_id uuid default null, quantity integer default null
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (free_admissions.booking).organization_id;
  v_pool_ids uuid[];
begin
  select array_agg(c.pool_id) into v_pool_ids
  from app_public.admission_pool_categories as pc
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  cross join unnest(pool.chain) as c (pool_id)
  where pc.organization_id = v_organization_id
    and pc.performance_id = (free_admissions.booking).performance_id
    and pc.ticket_category_id = free_admissions.ticket_category_id;

  perform from app_private.admission_claims as c
  join app_private.admission_slots as s
    on s.pool_id = c.pool_id and s.slot_no = c.slot_no and s.organization_id = c.organization_id
  where c.organization_id = v_organization_id and c.booking_id = (free_admissions.booking).id
  order by s.pool_id, s.slot_no
  for no key update of s;

  with claims as (
    select c.*,
      greatest(0, least(
        c.quantity,
        coalesce(free_admissions.quantity, c.quantity) + c.quantity
          - case when free_admissions.quantity is null then c.quantity
            else sum(c.quantity) over (partition by c.pool_id order by c.slot_no) end
      ))::integer as freed
    from app_private.admission_claims as c
    where c.organization_id = v_organization_id
      and c.booking_id = (free_admissions.booking).id
      and (free_admissions.ticket_category_id is null or c.pool_id = any (v_pool_ids))
  ),
  gone as (
    delete from app_private.admission_claims as c
    using claims as l
    where c.pool_id = l.pool_id
      and c.slot_no = l.slot_no
      and c.organization_id = l.organization_id
      and c.booking_id = l.booking_id
      and l.freed = l.quantity
  ),
  fewer as (
    update app_private.admission_claims as c
    set quantity = c.quantity - l.freed
    from claims as l
    where c.pool_id = l.pool_id
      and c.slot_no = l.slot_no
      and c.organization_id = l.organization_id
      and c.booking_id = l.booking_id
      and l.freed between 1 and l.quantity - 1
  )
  update app_private.admission_slots as s
  set held = s.held - case when l.held_until is null then 0 else l.freed end,
    sold = s.sold - case when l.held_until is null then l.freed else 0 end
  from claims as l
  where s.pool_id = l.pool_id
    and s.slot_no = l.slot_no
    and s.organization_id = l.organization_id
    and l.freed > 0;

  if free_admissions.ticket_category_id is null and free_admissions.quantity is null then
    perform app_private.free_add_ons(free_admissions.booking);
  end if;
end
$$;

comment on function app_private.free_admissions(app_public.bookings, uuid, integer) is
  'Gives places back that a booking, which the caller has locked, holds or has bought: some of a '
  'category, or all, and its add-ons too.';
