.items | mapp(.name)
