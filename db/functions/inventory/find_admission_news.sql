-- As find_news, for places without a seat. What is left is counted, not what was done: so whatever
-- changes it is told, and whoever holds, buys or keeps places back writes nothing for that.
create or replace function app_private.find_admission_news(
  performance_ids uuid[], performance_versions text[]
)
returns table (changed_ids uuid[], changed_versions text[])
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
set enable_mergejoin = off set enable_hashjoin = off
as $$
begin
  select array_agg(w.id), array_agg(v.version) into changed_ids, changed_versions
  from unnest(
    find_admission_news.performance_ids, find_admission_news.performance_versions
  ) as w (id, version)
  cross join lateral (
    select coalesce(
      string_agg(l.ticket_category_id || ' ' || l.places, ',' order by l.ticket_category_id), ''
    ) as version
    from app_private.left_by_category(w.id) as l
  ) as v
  where v.version is distinct from w.version;
  return next;
end
$$;

comment on function app_private.find_admission_news(uuid[], text[]) is
  'Of performances, those of which other numbers of places without a seat are left than are known, '
  'with what to know them by. For the server.';
grant execute on function app_private.find_admission_news(uuid[], text[]) to lml_authenticator;
