create or replace function app_hidden.charge_step(currency text)
returns bigint
language sql immutable parallel safe
return case
  when charge_step.currency in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') then 10
  when charge_step.currency in ('ISK', 'UGX') then 100
  else 1
end;

comment on function app_hidden.charge_step(text) is
  'What amounts in a currency are multiples of, so that a card can be charged, and get them back.';
