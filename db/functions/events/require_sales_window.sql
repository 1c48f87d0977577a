create or replace function app_private.require_sales_window(
  name text, sales_start timestamptz, sales_end timestamptz
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if now() < require_sales_window.sales_start then
    raise exception 'Sales of "%" have not opened yet.', require_sales_window.name
      using errcode = 'LMSAL', detail = require_sales_window.sales_start::text,
        hint = 'Try again then.';
  end if;
  if now() >= require_sales_window.sales_end then
    raise exception 'Sales of "%" are closed.', require_sales_window.name
      using errcode = 'LMSAL', detail = require_sales_window.sales_end::text,
        hint = 'Choose another category.';
  end if;
end
$$;

comment on function app_private.require_sales_window(text, timestamptz, timestamptz) is
  'Raises LMSAL before or after the sales of a category, which is named.';
