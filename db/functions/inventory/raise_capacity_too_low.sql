create or replace function app_private.raise_capacity_too_low(taken integer)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception '% are held, sold or kept back.', raise_capacity_too_low.taken
    using errcode = 'LMCAP',
      detail = jsonb_build_object('taken', raise_capacity_too_low.taken)::text,
      hint = 'It cannot be less; nothing was changed.';
end
$$;

comment on function app_private.raise_capacity_too_low(integer) is 'Raises LMCAP.';
