create or replace function app_private.stripe_news(event jsonb, object jsonb)
returns text
language sql immutable security definer set search_path = ''
as $$
  select concat_ws(
    '.',
    case when stripe_news.object ->> 'status' = 'canceled' then '1' else '0' end,
    lpad(floor((stripe_news.event ->> 'created')::numeric)::text, 12, '0'),
    case stripe_news.object ->> 'status'
      when 'requires_payment_method' then case
        when jsonb_typeof(stripe_news.object -> 'last_payment_error') = 'object' then '4'
        else '0'
      end
      when 'requires_confirmation' then '1'
      when 'requires_action' then '2'
      when 'processing' then '3'
      when 'requires_capture' then '5'
      else '6'
    end,
    stripe_news.event ->> 'id'
  ) collate "C"
$$;

comment on function app_private.stripe_news(jsonb, jsonb) is
  'Orders the news of one payment, by text: whether it has ended, when, how far on it was, and '
  'then by the event''s id, so that the order of arrival does not matter.';
