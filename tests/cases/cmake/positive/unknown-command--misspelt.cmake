target_link_libaries(a PRIVATE b)
