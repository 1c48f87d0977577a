create or replace function app_hidden.quote_of(
  performance app_public.performances, lines app_private.priced_line[], refusal text
)
returns app_public.price_quote
language sql immutable set search_path = ''
as $$
  select row(
    (quote_of.performance).id, (quote_of.performance).currency, sum(l.subtotal_cents)::bigint,
    sum(l.discount_cents)::bigint, sum(l.service_fee_cents)::bigint,
    sum(l.processing_fee_cents)::bigint, sum(l.tax_cents)::bigint, sum(l.total_cents)::bigint,
    sum(l.tax_included_cents)::bigint, quote_of.refusal,
    array_agg(
      row(
        l.ticket_category_id, l.seat_nos, l.quantity, l.price_basis, l.unit_price_cents,
        l.subtotal_cents, l.discount_cents, l.service_fee_cents, l.processing_fee_cents,
        l.tax_cents, l.total_cents, l.tax_included_cents
      )::app_public.quoted_line
      order by l.ordinality
    )
  )::app_public.price_quote
  from unnest(quote_of.lines) with ordinality as l
$$;

comment on function app_hidden.quote_of(
  app_public.performances, app_private.priced_line[], text
) is 'Priced lines and their sums.';
