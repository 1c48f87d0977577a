create or replace function app_private.put_on_sale(allocation app_public.seat_allocations)
returns app_public.seat_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
  v_seat_nos integer[];
begin
  with gone as (
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = (put_on_sale.allocation).organization_id
      and a.allocation_id = (put_on_sale.allocation).id
    returning a.seat_no
  )
  select array_agg(g.seat_no order by g.seat_no) into v_seat_nos from gone as g;
  perform app_private.free_kept_back(put_on_sale.allocation, coalesce(v_seat_nos, '{}'));
  update app_public.seat_allocations as a
  set released_at = now()
  where a.id = (put_on_sale.allocation).id
  returning * into v_allocation;
  perform app_private.ask_waiting_list(v_allocation.performance_id);
  return v_allocation;
end
$$;

comment on function app_private.put_on_sale(app_public.seat_allocations) is
  'Releases an allocation, which the caller has locked.';
