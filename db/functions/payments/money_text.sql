create or replace function app_hidden.money_text(amount_cents bigint, currency text)
returns text
language sql stable
as $$
  select round(money_text.amount_cents / 10::numeric ^ c.exponent, c.exponent)::text
    || ' ' || c.code
  from app_public.currencies as c where c.code = money_text.currency
$$;

comment on function app_hidden.money_text(bigint, text) is
  'An amount as people write it, such as 62.80 EUR.';
