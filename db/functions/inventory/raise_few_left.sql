create or replace function app_private.raise_few_left(places integer)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception '%', case raise_few_left.places
      when 0 then 'None are left.' when 1 then 'Only one is left.'
      else format('Only %s are left.', raise_few_left.places)
    end
    using errcode = 'LMFEW',
      detail = jsonb_build_object('left', raise_few_left.places)::text,
      hint = 'Take fewer; nothing was held.';
end
$$;

comment on function app_private.raise_few_left(integer) is 'Raises LMFEW.';
