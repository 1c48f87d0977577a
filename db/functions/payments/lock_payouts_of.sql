-- One at a time makes payouts of an organization. The keys of payout_items would refuse the second,
-- too; with the lock it finds what the first has left.
create or replace function app_private.lock_payouts_of(organization_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.payout_runs (organization_id)
  values (lock_payouts_of.organization_id)
  on conflict do nothing;
  select from app_private.payout_runs as r
  where r.organization_id = lock_payouts_of.organization_id
  for update;
$$;

comment on function app_private.lock_payouts_of(uuid) is
  'Waits for whoever makes payouts of the organization.';
