-- Are we consistent now? No rows: yes. Each question is one that a constraint cannot ask, because
-- it reaches across tables. They stand with their modules.
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
  select
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = o.id
      and m.role = 'owner'
      and m.status = 'active'
      and u.account_status <> 'deleted'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;
