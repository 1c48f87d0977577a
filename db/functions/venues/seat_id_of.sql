-- The same seat has the same id in every version of a layout, unless the document names ids.
create or replace function app_hidden.seat_id_of(section text, row_name text, seat_number text)
returns text
language sql immutable strict parallel safe
return encode(
  sha256(convert_to(
    '[' || to_json(section)::text || ',' || to_json(row_name)::text || ','
      || to_json(seat_number)::text || ']',
    'UTF8'
  )),
  'hex'
);

comment on function app_hidden.seat_id_of(text, text, text) is
  'SHA-256 of the JSON array of section, row and number.';
