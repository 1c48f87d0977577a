-- As take_back does it: what is taken back of a sale first lowers what the buyer still owes, and
-- only the rest is money. A cart is told what would come back of it when it was paid.
create or replace function app_private.quote_of_parts(
  booking app_public.bookings, parts app_private.refund_part[], quote app_public.cancellation_quote
)
returns app_public.cancellation_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := quote_of_parts.booking;
  v_quote app_public.cancellation_quote := quote_of_parts.quote;
  v_parts app_private.refund_part[] := quote_of_parts.parts;
  v_taken bigint;
  v_refund bigint;
begin
  if v_booking.status = 'partially_paid' then
    v_parts := app_private.parts_not_received(v_booking, v_parts);
  end if;
  select coalesce(sum(app_private.total_of_part(p)), 0) into v_taken from unnest(v_parts) as p;
  v_quote.kept_cents := v_quote.kept_cents - v_taken;
  if v_booking.confirmed_at is not null then
    v_booking.refunded_cents := v_booking.refunded_cents + v_taken;
    v_refund := least(v_taken, app_private.surplus_of(v_booking));
    if v_refund < v_taken then
      v_parts := array(
        select p from app_private.parts_of_amount(quote_of_parts.booking, v_refund) as p
      );
    end if;
  end if;
  select
    coalesce(sum(p.price_cents), 0), coalesce(sum(p.service_fee_cents), 0),
    coalesce(sum(p.processing_fee_cents), 0), coalesce(sum(p.tax_cents), 0),
    coalesce(sum(app_private.total_of_part(p)), 0)
  into v_quote.price_cents, v_quote.service_fee_cents, v_quote.processing_fee_cents,
    v_quote.tax_cents, v_quote.refund_cents
  from unnest(v_parts) as p;
  return v_quote;
end
$$;

comment on function app_private.quote_of_parts(
  app_public.bookings, app_private.refund_part[], app_public.cancellation_quote
) is 'A quote, of which the kept amount is all of it, with what comes back of it.';
