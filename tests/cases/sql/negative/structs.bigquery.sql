SELECT * EXCEPT (secret), SAFE_DIVIDE(a, b) AS share, ARRAY_AGG(STRUCT(x, y)) AS pairs
FROM `project.dataset.table`, UNNEST(items) AS item
WHERE _PARTITIONTIME > TIMESTAMP("2024-01-01")
GROUP BY ALL;
