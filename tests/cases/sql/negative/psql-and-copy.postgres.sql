\set ON_ERROR_STOP on
COPY t (a, b) FROM stdin;
1	O'Neil (
\.
SELECT 1;
