SELECT id, payload:name::string AS name
FROM events, LATERAL FLATTEN(input => payload:items) f
QUALIFY row_number() OVER (PARTITION BY id ORDER BY name) = 1;
