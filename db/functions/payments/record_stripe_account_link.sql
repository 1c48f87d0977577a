create or replace function app_private.record_stripe_account_link(
  stripe_account_link_id uuid, url text, expires_at bigint, failure_reason text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.stripe_account_links as l
  set url = record_stripe_account_link.url,
    expires_at = to_timestamp(record_stripe_account_link.expires_at),
    failure_reason = left(record_stripe_account_link.failure_reason, 2000)
  where l.id = record_stripe_account_link.stripe_account_link_id and l.url is null
$$;

comment on function app_private.record_stripe_account_link(uuid, text, bigint, text) is
  'Remembers the address that Stripe made, or why it did not.';
grant execute on function app_private.record_stripe_account_link(uuid, text, bigint, text)
  to lml_worker;
