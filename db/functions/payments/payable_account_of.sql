create or replace function app_private.payable_account_of(organization_id uuid, promoter_id uuid)
returns app_public.stripe_accounts
language sql stable security definer set search_path = ''
as $$
  select a
  from app_public.stripe_accounts as a
  where a.organization_id = payable_account_of.organization_id
    and a.promoter_id is not distinct from payable_account_of.promoter_id
    and a.deauthorized_at is null
    and a.transfers_enabled
    and a.payout_enabled
$$;

comment on function app_private.payable_account_of(uuid, uuid) is
  'The account at Stripe to which a payee can be paid; null: there is none, or it is restricted.';
