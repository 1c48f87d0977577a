create or replace function app_private.outcome_without_parent(object jsonb, metadata_key text)
returns text
language sql immutable security definer set search_path = ''
as $$
  select case
    when pg_input_is_valid(
      coalesce(
        outcome_without_parent.object -> 'metadata' ->> outcome_without_parent.metadata_key, ''
      ),
      'uuid'
    )
      then format(
        'parked: %s:%s', outcome_without_parent.metadata_key,
        outcome_without_parent.object -> 'metadata' ->> outcome_without_parent.metadata_key
      )
    else 'ignored: not ours'
  end
$$;

comment on function app_private.outcome_without_parent(jsonb, text) is
  'What becomes of news of something that is not here: parked when it says that it is ours.';
