create or replace function app_private.account_news(event jsonb, object jsonb)
returns text
language sql immutable security definer set search_path = ''
as $$
  select concat_ws(
    '.',
    lpad(floor((account_news.event ->> 'created')::numeric)::text, 12, '0'),
    (account_news.object @> '{"details_submitted": true}')::integer
      + (account_news.object @> '{"charges_enabled": true}')::integer
      + (account_news.object @> '{"payouts_enabled": true}')::integer
      + (account_news.object @> '{"capabilities": {"transfers": "active"}}')::integer,
    account_news.event ->> 'id'
  ) collate "C"
$$;

comment on function app_private.account_news(jsonb, jsonb) is
  'Orders the news of one account, by text, so that the order of arrival does not matter.';
