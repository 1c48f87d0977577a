-- The owner of an account has cut the platform off: nothing can be transferred any more, and what
-- was to be is paid to the account that they open next. While an
-- account has not got its id at Stripe, nobody knows whose news these are.
create or replace function app_private.apply_deauthorization(event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_stripe_id text := apply_deauthorization.event ->> 'account';
  v_account app_public.stripe_accounts;
begin
  if apply_deauthorization.event ->> 'type' <> 'account.application.deauthorized' then
    return 'ignored: no handler';
  end if;
  update app_public.stripe_accounts as a
  set deauthorized_at = coalesce(
      a.deauthorized_at, to_timestamp((apply_deauthorization.event ->> 'created')::double precision)
    ),
    charges_enabled = false, payout_enabled = false, transfers_enabled = false,
    requirements_due = '{}', disabled_reason = 'deauthorized', stripe_news = null,
    stripe_onboarding_completed = false
  where a.stripe_account_id = v_stripe_id
  returning * into v_account;
  if v_account.id is not null then
    perform app_private.give_payouts_of_account_up(v_account);
    return 'applied';
  end if;
  return case
    when exists (
      select from app_public.stripe_accounts as a
      where a.stripe_account_id is null and a.failure_reason is null
    ) then 'parked: ' || v_stripe_id
    else 'ignored: not ours'
  end;
end
$$;

comment on function app_private.apply_deauthorization(jsonb) is
  'Takes an account out of use that its owner has cut off: applied, parked while it may be one '
  'whose id is not known yet, or ignored.';
