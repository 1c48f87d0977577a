create or replace function app_private.prepare_stripe_account(stripe_account_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'country', a.country,
    'email', a.email,
    -- What was refused may be asked again with other answers.
    'idempotency_key', format('account:%s:%s', a.id, md5(a.country || ' ' || a.email)),
    'may_be_forgotten', a.created_at < now() - interval '23 hours',
    'created', floor(extract(epoch from a.created_at))::bigint,
    'metadata', jsonb_build_object(
      'lml_stripe_account_id', a.id, 'lml_organization_id', a.organization_id
    )
  )
  from app_public.stripe_accounts as a
  where a.id = prepare_stripe_account.stripe_account_id
    and a.stripe_account_id is null
    and a.failure_reason is null
    and a.deauthorized_at is null
$$;

comment on function app_private.prepare_stripe_account(uuid) is
  'Which account to make at Stripe; null when there is nothing to make.';
grant execute on function app_private.prepare_stripe_account(uuid) to lml_worker;
