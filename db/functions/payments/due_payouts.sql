create or replace function app_private.due_payouts(batch_limit integer)
returns table (organization_id uuid, ends_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select o.id, e.ends_at
  from app_public.organizations as o
  join app_public.organization_settings as s on s.organization_id = o.id
  cross join lateral (
    select app_private.payout_period_end(s.payout_schedule, s.books_timezone, now()) as ends_at
  ) as e
  left join app_private.payout_runs as r on r.organization_id = o.id
  where o.status = 'active'
    and o.verification_status = 'verified'
    and (r.ran_until is null or r.ran_until < e.ends_at)
    and (r.retry_at is null or r.retry_at <= now())
    and exists (
      select from app_public.stripe_accounts as a
      where a.organization_id = o.id and a.transfers_enabled and a.payout_enabled
        and a.deauthorized_at is null
    )
  order by o.id
  limit due_payouts.batch_limit
$$;

comment on function app_private.due_payouts(integer) is
  'Organizations that may be paid, and whose period has ended since they were.';
