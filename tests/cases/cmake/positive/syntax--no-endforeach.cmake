function(f x)
  foreach(i ${x})
    message("${i}")
endfunction()
