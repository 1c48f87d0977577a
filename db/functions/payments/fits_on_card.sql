-- Stripe takes amounts of up to eight digits, and of rupiahs up to twelve.
create or replace function app_hidden.fits_on_card(amount_cents bigint, currency text)
returns boolean
language sql immutable parallel safe
return fits_on_card.amount_cents
  between app_hidden.charge_min(fits_on_card.currency)
    and case fits_on_card.currency when 'IDR' then 999999999999 else 99999999 end;

comment on function app_hidden.fits_on_card(bigint, text) is
  'Whether a card can be charged an amount in a currency at once.';
