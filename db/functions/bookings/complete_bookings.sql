-- A performance is looked at until nothing of it is left to complete, and then never again.
create or replace function app_private.complete_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_count integer;
begin
  select * into v_performance
  from app_public.performances as p
  where p.status = 'completed' and p.bookings_completed_at is null
  order by p.starts_at
  limit 1
  for no key update skip locked;
  if not found then
    return 0;
  end if;
  -- Who still owes, or waits for an answer, has not been there: that is for people to look at.
  -- An array is asked for once: a plan may ask a subquery again, which locks the next batch then.
  update app_public.bookings as b
  set status = 'completed'
  where b.id = any (array(
    select b.id
    from app_public.bookings as b
    where b.organization_id = v_performance.organization_id
      and b.performance_id = v_performance.id
      and b.status = 'confirmed'
    order by b.id
    limit complete_bookings.batch_limit
    for no key update
  ));
  get diagnostics v_count = row_count;
  if v_count < complete_bookings.batch_limit then
    update app_public.performances as p
    set bookings_completed_at = now()
    where p.id = v_performance.id;
  end if;
  return greatest(v_count, 1);
end
$$;

comment on function app_private.complete_bookings(integer) is
  'Completes the next bookings of performances that are over; returns 0 when it is done.';
grant execute on function app_private.complete_bookings(integer) to lml_worker;
