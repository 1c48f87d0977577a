-- But for what the platform holds, which the next payout would pay.
create or replace function app_private.give_payouts_of_account_up(
  account app_public.stripe_accounts
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  for v_payout in
    select * from app_public.payouts as p
    where p.organization_id = (give_payouts_of_account_up.account).organization_id
      and p.stripe_account_id = (give_payouts_of_account_up.account).id
      and p.status in ('draft', 'pending_approval', 'approved', 'failed')
    order by p.id
    for no key update
  loop
    if not app_private.is_held_by_platform(v_payout) then
      perform app_private.give_payout_up(v_payout, null, 'The account was cut off by its owner.');
    end if;
  end loop;
end
$$;

comment on function app_private.give_payouts_of_account_up(app_public.stripe_accounts) is
  'Cancels the payouts to an account that cannot be paid any more.';
