-- The one function that quotes and charges. A line that is pending is given its price, which it
-- keeps; the discount, fees and taxes of all are what comes of them together. Which line bears the
-- cent that a discount leaves over is decided by what the lines are, and not by their order: a
-- quote has another one than a cart.
create or replace function app_private.price_lines(
  lines app_private.priced_line[], performance app_public.performances,
  terms app_public.price_terms, is_member boolean, code app_public.discount_codes
)
returns app_private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_lines app_private.priced_line[] := price_lines.lines;
  v_line app_private.priced_line;
  v_order integer[];
  v_weights bigint[];
  v_discounts bigint[];
  v_index integer;
begin
  for v_index in 1 .. coalesce(cardinality(v_lines), 0) loop
    v_line := v_lines[v_index];
    if v_line.price_basis = 'pending' then
      v_line := app_private.price_ticket(
        v_line, price_lines.performance, price_lines.is_member
      );
    end if;
    v_line.subtotal_cents := v_line.unit_price_cents * v_line.quantity;
    v_lines[v_index] := v_line;
  end loop;

  select
    array_agg(w.ordinality order by w.weight desc, w.quantity, w.unit_price_cents, w.ordinality),
    array_agg(w.weight order by w.weight desc, w.quantity, w.unit_price_cents, w.ordinality)
  into v_order, v_weights
  from (
    select
      l.ordinality, l.quantity, l.unit_price_cents,
      case
        when app_hidden.is_discounted(v_lines[l.ordinality], price_lines.code)
          then l.subtotal_cents
        else 0
      end as weight
    from unnest(v_lines) with ordinality as l
  ) as w;
  v_discounts := app_hidden.distribute(
    app_hidden.discount_on(v_lines, price_lines.code), v_weights,
    app_hidden.charge_step((price_lines.terms).currency)::integer
  );
  for v_place in 1 .. coalesce(cardinality(v_order), 0) loop
    v_index := v_order[v_place];
    v_line := v_lines[v_index];
    v_line.discount_cents := v_discounts[v_place];
    select
      p.service_fee_cents, p.processing_fee_cents, p.tax_cents, p.total_cents,
      p.service_fee_absorbed_cents, p.processing_fee_absorbed_cents, p.tax_included_cents
    into
      v_line.service_fee_cents, v_line.processing_fee_cents, v_line.tax_cents,
      v_line.total_cents, v_line.service_fee_absorbed_cents,
      v_line.processing_fee_absorbed_cents, v_line.tax_included_cents
    from app_hidden.price_of(
      v_line.unit_price_cents, v_line.quantity, v_line.discount_cents, price_lines.terms
    ) as p;
    v_lines[v_index] := v_line;
  end loop;
  return v_lines;
end
$$;

comment on function app_private.price_lines(
  app_private.priced_line[], app_public.performances, app_public.price_terms, boolean,
  app_public.discount_codes
) is 'All amounts of lines that are paid for together. Raises LMSAL.';
