-- The first one stays: an event may have told of it before Stripe's answer was here.
create or replace function app_private.record_stripe_account(
  stripe_account_id uuid, stripe_id text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_link_id uuid;
begin
  update app_public.stripe_accounts as a
  set stripe_account_id = record_stripe_account.stripe_id,
    failure_reason = left(record_stripe_account.failure_reason, 2000)
  where a.id = record_stripe_account.stripe_account_id and a.stripe_account_id is null;
  if record_stripe_account.stripe_id is null then
    return;
  end if;
  -- Whoever has asked for a link meanwhile.
  for v_link_id in
    select l.id from app_private.stripe_account_links as l
    where l.stripe_account_id = record_stripe_account.stripe_account_id and l.url is null
      and l.failure_reason is null
  loop
    perform app_private.add_stripe_job('stripe_account_link.create', v_link_id, '0');
  end loop;
end
$$;

comment on function app_private.record_stripe_account(uuid, text, text) is
  'Remembers the account that Stripe made, or why it did not; recording twice is harmless.';
grant execute on function app_private.record_stripe_account(uuid, text, text) to lml_worker;
