-- What is kept is the organization's, less the commission that was agreed on.
create or replace function app_private.post_forfeit(
  booking app_public.bookings, amount_cents bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_commission bigint := app_hidden.percentage_of(
    post_forfeit.amount_cents, (post_forfeit.booking).commission_percentage
  );
begin
  perform app_private.post_to_ledger(
    (post_forfeit.booking).organization_id, (post_forfeit.booking).id,
    (post_forfeit.booking).currency, 'forfeit:' || (post_forfeit.booking).id,
    'Deposit kept ' || (post_forfeit.booking).booking_reference,
    array[
      'buyer_clearing', 'organizer_payable', 'platform_commission'
    ]::app_public.ledger_account_kind[],
    array[post_forfeit.amount_cents, v_commission - post_forfeit.amount_cents, -v_commission]
  );
end
$$;

comment on function app_private.post_forfeit(app_public.bookings, bigint) is
  'Posts a deposit that is not returned.';
