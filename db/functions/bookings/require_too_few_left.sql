create or replace function app_private.require_too_few_left(
  wish app_public.waiting_list_entries, sale app_private.sale
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if exists (
    select from app_private.categories_on_sale(require_too_few_left.sale) as c
    where c.id = coalesce((require_too_few_left.wish).ticket_category_id, c.id)
      and app_private.count_places_left(
        require_too_few_left.sale, c.id, (require_too_few_left.wish).is_accessible
      ) >= (require_too_few_left.wish).quantity
  ) then
    raise exception 'There is no need to wait: as many places are free.'
      using errcode = 'LMWLH', hint = 'Hold them.';
  end if;
end
$$;

comment on function app_private.require_too_few_left(
  app_public.waiting_list_entries, app_private.sale
) is
  'Raises LMWLH when what somebody wants to wait for can be had.';
