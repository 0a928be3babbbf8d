if(WIN32)
  add_definitions(-DA)

add_executable(a main.c)
