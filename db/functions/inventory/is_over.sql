create or replace function app_hidden.is_over(code app_public.discount_codes)
returns boolean
language sql stable
return (is_over.code).ended_at is not null or not (is_over.code).valid_during @> now();

comment on function app_hidden.is_over(app_public.discount_codes) is
  'Whether a code is not to be applied now.';
