create or replace function app_private.reverse_sale(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kinds app_public.ledger_account_kind[];
  v_amounts bigint[];
begin
  select array_agg(l.kind), array_agg(-l.amount_cents)
  into v_kinds, v_amounts
  from app_private.left_of_sale(reverse_sale.booking) as l;
  if v_kinds is null then
    return;
  end if;
  perform app_private.post_to_ledger(
    (reverse_sale.booking).organization_id, (reverse_sale.booking).id,
    (reverse_sale.booking).currency, 'sale_reversal:' || (reverse_sale.booking).id,
    'Cancellation ' || (reverse_sale.booking).booking_reference, v_kinds, v_amounts
  );
end
$$;

comment on function app_private.reverse_sale(app_public.bookings) is
  'Posts the opposite of what is left of a sale, corrected: what it split is owed to the '
  'buyer again.';
