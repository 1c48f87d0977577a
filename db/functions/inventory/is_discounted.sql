create or replace function app_hidden.is_discounted(
  line app_private.priced_line, code app_public.discount_codes
)
returns boolean
language sql immutable
return (is_discounted.code).id is not null
  and (is_discounted.line).item_type in ('seat', 'admission')
  and coalesce(
    (is_discounted.code).ticket_category_id = (is_discounted.line).ticket_category_id, true
  );

comment on function app_hidden.is_discounted(app_private.priced_line, app_public.discount_codes)
  is 'Whether a code is for a line.';
