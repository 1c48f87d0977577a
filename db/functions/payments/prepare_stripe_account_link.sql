create or replace function app_private.prepare_stripe_account_link(stripe_account_link_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'account', a.stripe_account_id,
    'return_url', l.return_url,
    'refresh_url', l.refresh_url,
    'idempotency_key', 'account_link:' || l.id,
    'organization_id', l.organization_id
  )
  from app_private.stripe_account_links as l
  join app_public.stripe_accounts as a
    on a.organization_id = l.organization_id and a.id = l.stripe_account_id
  where l.id = prepare_stripe_account_link.stripe_account_link_id
    and l.url is null
    and l.failure_reason is null
    and a.stripe_account_id is not null
    and a.deauthorized_at is null
$$;

comment on function app_private.prepare_stripe_account_link(uuid) is
  'For which account to make an address; null when there is nothing to make.';
grant execute on function app_private.prepare_stripe_account_link(uuid) to lml_worker;
