-- While its owner still answers Stripe for the first time, what is asked is on the screen.
-- Afterwards each question is told once, however often Stripe repeats it.
create or replace function app_private.mail_requirements(before app_public.stripe_accounts)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    a.organization_id, 'payouts.manage', 'payout_account_requirements',
    jsonb_build_object(
      'organization', coalesce(r.name, o.name),
      'reason', replace(array_to_string(a.requirements_due, ', '), '_', ' ')
    )
  )
  from app_public.stripe_accounts as a
  join app_public.organizations as o on o.id = a.organization_id
  left join app_public.promoters as r
    on r.organization_id = a.organization_id and r.id = a.promoter_id
  where a.id = (mail_requirements.before).id
    and a.stripe_onboarding_completed
    and a.requirements_due <> '{}'
    and (
      not (mail_requirements.before).stripe_onboarding_completed
      or not a.requirements_due <@ (mail_requirements.before).requirements_due
    )
$$;

comment on function app_private.mail_requirements(app_public.stripe_accounts) is
  'Mails the members who manage payouts what Stripe asks of an account that is paid to and has not '
  'asked before; given is the account as it was.';
