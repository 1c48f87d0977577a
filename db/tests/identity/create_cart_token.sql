-- If this fails, a guest gets a cart token that can be guessed, or a guessable one owns a cart.
select plan(9);

select tests.as_anonymous();
select matches(
  app_public.create_cart_token(), '^[A-Za-z0-9_-]{43}$', 'a token is 32 bytes in base64url'
);
select isnt(app_public.create_cart_token(), app_public.create_cart_token(), 'and always another');
select is(app_hidden.current_cart_hash(), null, 'without a token there is no cart');
select tests.as_guest(1);
select is(
  app_hidden.current_cart_hash(), sha256(convert_to(tests.token('cart 1'), 'UTF8')),
  'a cart is known by the hash of its token'
);
select tests.become('lml_anonymous', '', app_public.create_cart_token());
select isnt(app_hidden.current_cart_hash(), null, 'which the database accepts as it made it');

select tests.become('lml_anonymous', '', '1');
select is(app_hidden.current_cart_hash(), null, 'a short token owns nothing');
select tests.become('lml_anonymous', '', repeat('x', 42));
select is(app_hidden.current_cart_hash(), null, 'nor does one that lacks a character');
select tests.become('lml_anonymous', '', repeat('x', 1000000));
select is(app_hidden.current_cart_hash(), null, 'nor does an endless one');
select tests.become('lml_anonymous', '', repeat('x', 43) || E'\n');
select is(app_hidden.current_cart_hash(), null, 'nor does one with a line break behind it');
