create or replace function app_hidden.discount_on(
  lines app_private.priced_line[], code app_public.discount_codes
)
returns bigint
language sql immutable set search_path = ''
as $$
  select case
    when s.quantity >= (discount_on.code).quantity_min
      and s.subtotal >= (discount_on.code).subtotal_min_cents
      then least(
        s.subtotal,
        coalesce(
          (discount_on.code).amount_cents,
          app_hidden.rounded(
            s.subtotal * (discount_on.code).percentage / 100, (discount_on.code).currency
          )
        )
      )
    else 0
  end
  from (
    select
      coalesce(sum(l.quantity), 0) as quantity,
      coalesce(sum(l.subtotal_cents), 0)::bigint as subtotal
    from unnest(discount_on.lines) as l
    where app_hidden.is_discounted(l, discount_on.code)
  ) as s
$$;

comment on function app_hidden.discount_on(app_private.priced_line[], app_public.discount_codes)
  is 'What a code takes off lines that have their prices; 0 without a code, or below its minimum.';
