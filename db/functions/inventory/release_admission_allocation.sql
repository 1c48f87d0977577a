create or replace function app_public.release_admission_allocation(allocation_id uuid)
returns app_public.admission_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
begin
  select * into v_allocation
  from app_public.admission_allocations as a
  where a.id = release_admission_allocation.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.manage'
  );
  if v_allocation.released_at is null then
    v_allocation := app_private.put_places_on_sale(v_allocation);
  end if;
  return v_allocation;
end
$$;

comment on function app_public.release_admission_allocation(uuid) is
  'Puts what is left of an allocation of places on sale; releasing it again changes nothing. '
  'Needs inventory.manage. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.release_admission_allocation(uuid) to lml_user;
