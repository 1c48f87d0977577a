create or replace function app_hidden.require_currency(currency text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (
    select from app_public.currencies as c where c.code = require_currency.currency
  ) then
    raise exception 'There is no currency "%".', require_currency.currency
      using errcode = 'LMCUR', hint = 'Give an ISO 4217 code such as USD, EUR or JPY.';
  end if;
end
$$;

comment on function app_hidden.require_currency(text) is 'Raises LMCUR for an unknown currency.';
