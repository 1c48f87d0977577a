-- Are we consistent now? No rows: yes. Each question is one that a constraint cannot ask, because
-- it reaches across tables. It is a function of its module, check_ and the name of the invariant,
-- which sets nothing, so that the planner puts it in place.
create or replace function app_public.check_invariants()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_inventory()
  union all
  select * from app_private.check_tickets()
  union all
  select * from app_private.check_bookings()
  union all
  select * from app_private.check_payments()
  union all
  select * from app_private.check_disputes()
  union all
  select * from app_private.check_payouts()
  union all
  select * from app_private.check_books()
  union all
  select * from app_private.check_organization_has_an_owner()
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;
