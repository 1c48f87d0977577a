-- Otherwise Stripe refuses the payment when the order is made, and its buyer can only watch the
-- hold run out. Parts are asked about in parts_of.
create or replace function app_private.require_card_amount(booking app_public.bookings)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_card_amount.booking).total_amount_cents > 0
    and (require_card_amount.booking).payment_plan_id is null
    and not app_hidden.fits_on_card(
      (require_card_amount.booking).total_amount_cents, (require_card_amount.booking).currency
    )
  then
    raise exception 'A card cannot be charged %.', app_hidden.money_text(
        (require_card_amount.booking).total_amount_cents, (require_card_amount.booking).currency
      )
      using errcode = 'LMAMT', detail = app_hidden.charge_min(
          (require_card_amount.booking).currency
        )::text,
        hint = 'Change what is in the cart, or ask the organization to sell it at its counter.';
  end if;
end
$$;

comment on function app_private.require_card_amount(app_public.bookings) is
  'Raises LMAMT for a price that is too small, or too large, for a card; detail is the smallest.';
