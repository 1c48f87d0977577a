create or replace function app_public.payout_onboarding_link(link_id uuid)
returns app_public.payout_onboarding_link
language sql stable security definer set search_path = ''
as $$
  select row(
    l.id, case when l.expires_at > now() then l.url end, l.expires_at, l.failure_reason
  )::app_public.payout_onboarding_link
  from app_private.stripe_account_links as l
  where l.id = payout_onboarding_link.link_id
    and l.requested_by = app_hidden.current_user_id()
    and app_hidden.has_permission(l.organization_id, 'payouts.manage')
$$;

comment on function app_public.payout_onboarding_link(uuid) is
  'An address that you have asked for with request_onboarding_link; null: not yours, or forgotten.';
grant execute on function app_public.payout_onboarding_link(uuid) to lml_user;
