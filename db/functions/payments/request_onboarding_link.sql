create or replace function app_public.request_onboarding_link(
  account_id uuid, return_url text, refresh_url text default null
)
returns app_public.payout_onboarding_link
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_account app_public.stripe_accounts;
  v_link app_private.stripe_account_links;
  v_constraint text;
  v_column text;
begin
  select * into v_account
  from app_public.stripe_accounts as a where a.id = request_onboarding_link.account_id;
  perform app_hidden.require_permission(v_account.organization_id, 'payouts.manage');
  perform app_hidden.refuse_impersonator();
  -- While it gets its id at Stripe, this waits: either it is known here, or the link is there.
  select * into v_account
  from app_public.stripe_accounts as a where a.id = v_account.id
  for share;
  if v_account.deauthorized_at is not null then
    raise exception 'The account was cut off.'
      using errcode = 'LMPOA', detail = 'no_account', hint = 'Open another one.';
  end if;
  insert into app_private.stripe_account_links (
    organization_id, stripe_account_id, requested_by, return_url, refresh_url
  )
  values (
    v_account.organization_id, v_account.id, app_hidden.current_user_id(),
    request_onboarding_link.return_url,
    coalesce(request_onboarding_link.refresh_url, request_onboarding_link.return_url)
  )
  returning * into v_link;
  if v_account.stripe_account_id is not null then
    perform app_private.add_stripe_job('stripe_account_link.create', v_link.id, '0');
  end if;
  return row(v_link.id, null, null, null)::app_public.payout_onboarding_link;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_onboarding_link(uuid, text, text) is
  'Has Stripe make an address where the owner of an account says who they are: read '
  'payout_onboarding_link until it is there, usually within a second. Needs payouts.manage. '
  'Raises LMINP (an address that is not https), LMPOA, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.request_onboarding_link(uuid, text, text) to lml_user;
