-- The owner of an account has cut the platform off: nothing can be transferred any more.
create or replace function app_private.apply_deauthorization(event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
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
  where a.stripe_account_id = apply_deauthorization.event ->> 'account'
  returning * into v_account;
  return case when v_account.id is null then 'ignored: not ours' else 'applied' end;
end
$$;

comment on function app_private.apply_deauthorization(jsonb) is
  'Takes an account out of use that its owner has cut off: applied, or ignored.';
