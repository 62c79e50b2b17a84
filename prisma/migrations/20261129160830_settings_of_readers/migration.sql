-- What the catalogue says of people names them and what others see, and more of the kind may be noted: a reader is shown only what their pages need.
CREATE OR REPLACE VIEW "tidemark_audience"."setting" AS
  SELECT * FROM "setting" WHERE "key" IN ('page', 'access', 'rolled-up-through', 'catalogue-check');
