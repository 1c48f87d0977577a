create or replace function app_hidden.minimum_refusal(
  lines app_private.priced_line[], code app_public.discount_codes
)
returns text
language sql immutable set search_path = ''
as $$
  select case
    when coalesce(sum(l.quantity), 0) < (minimum_refusal.code).quantity_min then 'quantity'
    when coalesce(sum(l.subtotal_cents), 0) < (minimum_refusal.code).subtotal_min_cents
      then 'subtotal'
  end
  from unnest(minimum_refusal.lines) as l
  where app_hidden.is_discounted(l, minimum_refusal.code)
$$;

comment on function app_hidden.minimum_refusal(
  app_private.priced_line[], app_public.discount_codes
) is 'What lines that have their prices lack for a code: quantity, subtotal, or nothing (null).';
