-- dialect: bigquery
SELECT
  CASE WHEN a > 1 "big" ELSE "small" END AS size
FROM `p.d.t`;
