-- As Stripe lists them, for money that stays in its currency. What it does not name begins with
-- one step.
create or replace function app_hidden.charge_min(currency text)
returns bigint
language sql immutable parallel safe
return case
  when charge_min.currency = 'GBP' then 30
  when charge_min.currency in (
    'AUD', 'BRL', 'CAD', 'CHF', 'EUR', 'INR', 'JPY', 'NZD', 'SGD', 'USD'
  ) then 50
  when charge_min.currency = 'BGN' then 100
  when charge_min.currency in ('AED', 'MYR', 'PLN', 'RON') then 200
  when charge_min.currency = 'DKK' then 250
  when charge_min.currency in ('NOK', 'SEK') then 300
  when charge_min.currency = 'HKD' then 400
  when charge_min.currency in ('MXN', 'THB') then 1000
  when charge_min.currency = 'CZK' then 1500
  when charge_min.currency = 'HUF' then 17500
  else app_hidden.charge_step(charge_min.currency)
end;

comment on function app_hidden.charge_min(text) is
  'The smallest amount that a card can be charged in a currency.';
