-- Stripe charges currencies with three decimals in steps of ten of their minor unit, and two that
-- have lost their decimals in steps of a hundred: every part of a price is a multiple of it there.
-- Where the planner knows that a currency has no steps, it folds the division away.
create or replace function app_hidden.rounded(amount numeric, currency text)
returns bigint
language sql immutable parallel safe
return case
  when app_hidden.charge_step(rounded.currency) = 1 then round(rounded.amount)
  else round(rounded.amount / app_hidden.charge_step(rounded.currency))
    * app_hidden.charge_step(rounded.currency)
end::bigint;

comment on function app_hidden.rounded(numeric, text) is
  'An amount that can be charged in a currency, half away from zero.';
