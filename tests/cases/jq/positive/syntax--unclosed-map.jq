.items | map(.name
