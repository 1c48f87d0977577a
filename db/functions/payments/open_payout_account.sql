create or replace function app_public.open_payout_account(
  organization_id uuid, country text default null, email text default null,
  promoter_id uuid default null
)
returns app_public.stripe_accounts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    open_payout_account.organization_id, 'payouts.manage'
  );
  v_promoter app_public.promoters;
  v_account app_public.stripe_accounts;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  if open_payout_account.promoter_id is not null then
    v_promoter := app_private.require_promoter(
      v_organization.id, open_payout_account.promoter_id
    );
  end if;
  select * into v_account
  from app_public.stripe_accounts as a
  where a.organization_id = v_organization.id
    and a.promoter_id is not distinct from v_promoter.id
    and a.deauthorized_at is null;
  if not found then
    insert into app_public.stripe_accounts (
      organization_id, promoter_id, country, email, requested_by
    )
    values (
      v_organization.id, v_promoter.id,
      upper(coalesce(open_payout_account.country, v_organization.address ->> 'country')),
      coalesce(
        open_payout_account.email,
        case when v_promoter.id is null then v_organization.email else v_promoter.email end
      ),
      app_hidden.current_user_id()
    )
    returning * into v_account;
  elsif v_account.stripe_account_id is null and v_account.failure_reason is not null then
    -- Stripe has refused it: with other answers it is another request.
    update app_public.stripe_accounts as a
    set country = upper(coalesce(open_payout_account.country, a.country)),
      email = coalesce(open_payout_account.email, a.email), failure_reason = null,
      requested_by = app_hidden.current_user_id()
    where a.id = v_account.id
    returning * into v_account;
  end if;
  if v_account.stripe_account_id is null then
    perform app_private.add_stripe_job('stripe_account.create', v_account.id, '0');
  end if;
  return v_account;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.open_payout_account(uuid, text, text, uuid) is
  'Opens the account at Stripe to which the organization, or a promoter of it, is paid; the one '
  'that there is, is returned. Then request_onboarding_link. Needs payouts.manage. '
  'Raises LMINP, LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.open_payout_account(uuid, text, text, uuid) to lml_user;
