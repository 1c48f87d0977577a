-- A dispute only goes forward, from a question of the bank to its verdict. Within one state: what
-- was answered, what was moved, and then the clock.
create or replace function app_private.dispute_news(object jsonb, event jsonb)
returns text
language sql immutable security definer set search_path = ''
as $$
  select concat_ws(
    '.',
    array_position(
      array[
        'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response',
        'under_review', 'prevented', 'won', 'lost'
      ],
      dispute_news.object ->> 'status'
    )::text,
    lpad(coalesce(dispute_news.object #>> '{evidence_details,submission_count}', '0'), 4, '0'),
    lpad(
      case when jsonb_typeof(dispute_news.object -> 'balance_transactions') = 'array'
        then jsonb_array_length(dispute_news.object -> 'balance_transactions') else 0 end::text,
      4, '0'
    ),
    lpad(floor((dispute_news.event ->> 'created')::numeric)::text, 12, '0'),
    dispute_news.event ->> 'id'
  ) collate "C"
$$;

comment on function app_private.dispute_news(jsonb, jsonb) is
  'Orders the news of one dispute, by text, whatever the order of their arrival.';
