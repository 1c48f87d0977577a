create or replace function app_public.end_discount_code(discount_code_id uuid)
returns app_public.discount_codes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_code app_public.discount_codes;
begin
  perform app_private.lock_event(
    (
      select c.event_id from app_public.discount_codes as c
      where c.id = end_discount_code.discount_code_id
    ),
    'events.manage'
  );
  update app_public.discount_codes as c
  set ended_at = coalesce(c.ended_at, now())
  where c.id = end_discount_code.discount_code_id
  returning * into v_code;
  return v_code;
end
$$;

comment on function app_public.end_discount_code(uuid) is
  'Nobody applies it any more; carts that have it keep it. Needs events.manage. '
  'Raises LMNFD, LMRGT.';
grant execute on function app_public.end_discount_code(uuid) to lml_user;
