.items | map(.a; .b)
