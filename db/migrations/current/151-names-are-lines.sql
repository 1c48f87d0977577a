-- What is listed and mailed is a line that can be read, as of venues and events. A name that
-- becomes one is still the same name: who was verified under it stays so.
alter table app_public.organizations disable trigger _200_lapse_verification;
update app_public.organizations as o
set name = coalesce(nullif(btrim(regexp_replace(o.name, '[[:cntrl:]]+', ' ', 'g')), ''), o.slug)
where o.name ~ '[[:cntrl:]]' or o.name !~ '[^[:space:]]';
alter table app_public.organizations enable trigger _200_lapse_verification;
-- Another one of the performance, or the event, may have that name already.
update app_public.admission_pools as p
set name = left(
    coalesce(nullif(btrim(regexp_replace(p.name, '[[:cntrl:]]+', ' ', 'g')), ''), 'Places'), 88
  ) || ' (' || right(p.id::text, 8) || ')'
where p.name ~ '[[:cntrl:]]' or p.name !~ '[^[:space:]]';
update app_public.performances as p
set pass_name = left(
    coalesce(nullif(btrim(regexp_replace(p.pass_name, '[[:cntrl:]]+', ' ', 'g')), ''), 'Pass'), 88
  ) || ' (' || right(p.id::text, 8) || ')'
where p.pass_name ~ '[[:cntrl:]]' or p.pass_name !~ '[^[:space:]]';

alter table app_public.organizations
  drop constraint if exists organizations_name_is_a_line,
  add constraint organizations_name_is_a_line
    check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');
alter table app_public.admission_pools
  drop constraint if exists admission_pools_name_is_a_line,
  add constraint admission_pools_name_is_a_line
    check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');
alter table app_public.performances
  drop constraint if exists performances_pass_name_is_a_line,
  add constraint performances_pass_name_is_a_line
    check (pass_name !~ '[[:cntrl:]]' and pass_name ~ '[^[:space:]]');
