create or replace function app_hidden.window_refusal(code app_public.discount_codes)
returns text
language sql stable
return case
  when (window_refusal.code).ended_at is null and now() < lower((window_refusal.code).valid_during)
    then 'early'
  when (window_refusal.code).ended_at is not null
    or not (window_refusal.code).valid_during @> now()
    then 'over'
end;

comment on function app_hidden.window_refusal(app_public.discount_codes) is
  'Why a code is not to be used now: early, over, or it may (null).';
