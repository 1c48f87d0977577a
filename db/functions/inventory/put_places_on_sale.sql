create or replace function app_private.put_places_on_sale(
  allocation app_public.admission_allocations
)
returns app_public.admission_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
begin
  perform app_private.keep_places_back(
    (put_places_on_sale.allocation).pool_id, -(put_places_on_sale.allocation).places_left
  );
  update app_public.admission_allocations as a
  set released_at = now(), places_left = 0
  where a.id = (put_places_on_sale.allocation).id
  returning * into v_allocation;
  perform app_private.ask_waiting_list(p.performance_id)
  from app_public.admission_pools as p where p.id = v_allocation.pool_id;
  return v_allocation;
end
$$;

comment on function app_private.put_places_on_sale(app_public.admission_allocations) is
  'Releases an allocation of places, which the caller has locked.';
