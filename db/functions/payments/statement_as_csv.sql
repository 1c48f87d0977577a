-- No value needs quotes: all of them are words, codes or numbers.
create or replace function app_private.statement_as_csv(
  organization_id uuid, from_at timestamptz, to_at timestamptz
)
returns text
language sql stable security definer set search_path = ''
as $$
  select 'currency,account,line,category,transactions,amount' || e'\r\n' || coalesce(string_agg(
    concat_ws(
      ',', l.currency, l.kind, l.line, coalesce(l.category, ''),
      coalesce(l.transaction_count::text, ''),
      round(l.amount_cents / 10::numeric ^ c.exponent, c.exponent)::text
    ) || e'\r\n',
    '' order by l.no
  ), '')
  from app_private.statement_lines(
    statement_as_csv.organization_id, statement_as_csv.from_at, statement_as_csv.to_at
  ) with ordinality as l (
    currency, kind, line, category, transaction_count, amount_cents, no
  )
  join app_public.currencies as c on c.code = l.currency
$$;

comment on function app_private.statement_as_csv(uuid, timestamptz, timestamptz) is
  'A statement as CSV, with amounts in whole units.';
