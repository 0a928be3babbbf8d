if()
endif()
