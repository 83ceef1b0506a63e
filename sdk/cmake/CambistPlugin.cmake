# cambist_add_plugin(NAME SOURCE...): builds cambist_NAME.so against the SDK alone.
#
# Nothing is exported but the entry, and nothing may be missing at link time: a plugin reaches the
# host through its call, never through the linker.
set(CAMBIST_SDK_INCLUDE ${CMAKE_CURRENT_LIST_DIR}/../include)

function(cambist_add_plugin name)
    add_library(cambist_${name} MODULE ${ARGN})
    target_include_directories(cambist_${name} PRIVATE ${CAMBIST_SDK_INCLUDE})
    set_target_properties(cambist_${name} PROPERTIES
        PREFIX ""
        C_STANDARD 17
        C_VISIBILITY_PRESET hidden
        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
    target_compile_options(cambist_${name} PRIVATE -Wno-missing-field-initializers)
    if(NOT CAMBIST_SANITIZE AND NOT CAMBIST_FUZZ)
        target_link_options(cambist_${name} PRIVATE -Wl,-z,defs)
    endif()
endfunction()
