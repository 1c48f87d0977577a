-- The one place where money is rounded: numeric round() goes half away from zero.
create or replace function app_hidden.percentage_of(amount_cents bigint, percentage numeric)
returns bigint
language sql immutable parallel safe
return round(amount_cents * percentage / 100)::bigint;

comment on function app_hidden.percentage_of(bigint, numeric) is
  'A share of an amount in minor units, rounded half away from zero.';
grant execute on function app_hidden.percentage_of(bigint, numeric) to lml_anonymous, lml_user;
