create or replace function app_hidden.read_cursor(cursor text)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
  v_cursor jsonb;
begin
  if read_cursor.cursor is null then
    return null;
  end if;
  v_cursor := convert_from(decode(left(read_cursor.cursor, 500), 'base64'), 'UTF8')::jsonb;
  perform (v_cursor ->> 0)::numeric, (v_cursor ->> 1)::timestamptz, (v_cursor ->> 2)::uuid,
    (v_cursor ->> 3)::timestamptz;
  if jsonb_array_length(v_cursor) = 4 then
    return v_cursor;
  end if;
  raise exception using errcode = 'invalid_text_representation';
exception
  when data_exception or character_not_in_repertoire or untranslatable_character then
    raise exception 'This cursor comes from no earlier page.'
      using errcode = 'LMINP', detail = 'after_cursor';
end
$$;

comment on function app_hidden.read_cursor(text) is
  'What a page ended with: score, start and id; and when the first page was asked for. '
  'Raises LMINP.';
