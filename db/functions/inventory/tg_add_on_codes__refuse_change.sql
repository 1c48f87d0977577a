-- What a buyer may have seen is never anybody else's.
create or replace function app_hidden.tg_add_on_codes__refuse_change()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and old.booking_item_id is null and new.code = old.code
    and new.add_on_id = old.add_on_id
  then
    return new;
  end if;
  raise exception 'A code stays, and stays with who has drawn it.'
    using errcode = 'LMAPP', hint = 'Add other codes.';
end
$$;

comment on function app_hidden.tg_add_on_codes__refuse_change() is 'Raises LMAPP.';

create or replace trigger _200_refuse_change
  before update or delete on app_private.add_on_codes
  for each row execute function app_hidden.tg_add_on_codes__refuse_change();
