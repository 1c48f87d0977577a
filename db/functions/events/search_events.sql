-- Runs with the owner's eyes, because no index serves words under row-level security; so it says
-- itself what it may find: what everybody may. Planned anew at every call: filters that are not
-- given then cost nothing.
create or replace function app_public.search_events(
  query text default null, starts_from timestamptz default null,
  starts_before timestamptz default null, city text default null, venue_id uuid default null,
  category text default null, tag text default null, currency text default null,
  price_cents_min bigint default null, price_cents_max bigint default null,
  organization_id uuid default null, page_size integer default 20,
  after_cursor text default null
)
returns setof app_public.event_match
language plpgsql stable security definer rows 20
set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_words record;
  v_after jsonb := app_hidden.read_cursor(search_events.after_cursor);
  -- Every page looks from the moment of the first one: an event whose next date begins meanwhile
  -- would come again with the one after it.
  v_from timestamptz := greatest(
    search_events.starts_from, least(now(), (v_after ->> 3)::timestamptz)
  );
  v_tag text := app_hidden.plain_words(search_events.tag);
begin
  select * into v_words from app_hidden.read_words(search_events.query);
  if search_events.page_size not between 1 and 100 then
    raise exception 'A page has 1 to 100 events.' using errcode = 'LMINP', detail = 'page_size';
  end if;
  -- Nothing costs what it does in no currency.
  if search_events.currency is not null then
    perform app_hidden.require_currency(search_events.currency);
  end if;
  return query
    with found as (
      select
        e.id, n.starts_at,
        case when v_words.everything = '' then 0 else
          round(
            ts_rank(e.search_vector, v_words.wanted)::numeric
              + public.word_similarity(v_words.lenient, e.search_text)::numeric, 6
          )
        end as score
      from app_public.events as e
      cross join lateral (
        select min(p.starts_at) as starts_at, max(p.starts_at) > now() as is_to_come
        from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'scheduled'
          and p.starts_at >= v_from
          and (
            search_events.starts_before is null or p.starts_at < search_events.starts_before
          )
      ) as n
      where e.is_public
        and e.organization_status = 'active'
        and e.status = 'published'
        and n.is_to_come
        and (
          v_words.everything = ''
          or e.id in (
            select s.id from app_public.events as s
            where s.is_public and s.search_vector @@ v_words.wanted
            union all
            select s.id from app_public.events as s
            where s.is_public and v_words.lenient operator(public.<%) s.search_text
              and (
                coalesce(numnode(v_words.literal), 0) = 0
                or s.search_vector @@ v_words.literal
              )
          )
        )
        and (
          search_events.organization_id is null
          or e.organization_id = search_events.organization_id
        )
        and (search_events.venue_id is null or e.venue_id = search_events.venue_id)
        and (
          search_events.city is null
          or exists (
            select from app_public.venues as v
            where v.organization_id = e.organization_id and v.id = e.venue_id
              and app_hidden.plain_words(v.address ->> 'city')
                = app_hidden.plain_words(search_events.city)
          )
        )
        and (
          search_events.tag is null
          or exists (
            select from unnest(e.tags) as t where app_hidden.plain_words(t) = v_tag
          )
        )
        and (
          search_events.category is null
          or exists (
            select from app_public.event_category_links as l
            join app_public.event_categories as c on c.id = l.category_id
            left join app_public.event_categories as wider on wider.id = c.parent_id
            where l.organization_id = e.organization_id and l.event_id = e.id
              and search_events.category in (c.slug, wider.slug)
          )
        )
        and (search_events.currency is null or e.currency = search_events.currency)
        and (
          num_nonnulls(search_events.price_cents_min, search_events.price_cents_max) = 0
          or exists (
            select from app_public.ticket_categories as c
            join app_public.ticket_category_prices as p
              on p.organization_id = c.organization_id and p.ticket_category_id = c.id
            where c.organization_id = e.organization_id and c.event_id = e.id
              and c.status = 'active' and p.audience = 'public' and p.valid_during @> now()
              and p.price_cents >= coalesce(search_events.price_cents_min, 0)
              and (
                search_events.price_cents_max is null
                or p.price_cents <= search_events.price_cents_max
              )
          )
        )
    )
    select
      f.id, f.starts_at, f.score,
      app_hidden.write_cursor(
        f.score, f.starts_at, f.id, coalesce((v_after ->> 3)::timestamptz, now())
      )
    from found as f
    where v_after is null
      or (-f.score, f.starts_at, f.id) > (
        -(v_after ->> 0)::numeric, (v_after ->> 1)::timestamptz, (v_after ->> 2)::uuid
      )
    order by -f.score, f.starts_at, f.id
    limit coalesce(search_events.page_size, 20);
end
$$;

comment on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) is
  'Public events that are still to come, the best match first, then the earliest: by words, with '
  'typing errors forgiven, and by what is given of the filters. Prices are in minor units, so give '
  'a currency with them. Go on with after_cursor. Raises LMINP, LMCUR.';
grant execute on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) to lml_anonymous, lml_user;
