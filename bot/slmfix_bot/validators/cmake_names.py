"""Commands of CMake, and the sub-commands of those that have any, up to release 4.1."""

from __future__ import annotations

COMMANDS = frozenset(
    """
add_compile_definitions add_compile_options add_custom_command add_custom_target add_definitions add_dependencies
add_executable add_library add_link_options add_subdirectory add_test aux_source_directory block break build_command
build_name cmake_file_api cmake_host_system_information cmake_instrumentation cmake_language cmake_minimum_required
cmake_parse_arguments cmake_path cmake_pkg_config cmake_policy configure_file continue create_test_sourcelist
ctest_build ctest_configure ctest_coverage ctest_empty_binary_directory ctest_memcheck ctest_read_custom_files
ctest_run_script ctest_sleep ctest_start ctest_submit ctest_test ctest_update ctest_upload define_property else elseif
enable_language enable_testing endblock endforeach endfunction endif endmacro endwhile exec_program execute_process
export export_library_dependencies file find_file find_library find_package find_path find_program fltk_wrap_ui
foreach function get_cmake_property get_directory_property get_filename_component get_property
get_source_file_property get_target_property get_test_property if include include_directories
include_external_msproject include_guard include_regular_expression install install_files install_programs
install_targets link_directories link_libraries list load_cache load_command macro make_directory mark_as_advanced
math message option output_required_files project qt_wrap_cpp qt_wrap_ui remove remove_definitions return
separate_arguments set set_directory_properties set_property set_source_files_properties set_target_properties
set_tests_properties site_name source_group string subdir_depends subdirs target_compile_definitions
target_compile_features target_compile_options target_include_directories target_link_directories
target_link_libraries target_link_options target_precompile_headers target_sources try_compile try_run unset
use_mangled_mesa utility_source variable_requires variable_watch while write_file
""".split()
)
SUBCOMMANDS = {
    "file": frozenset(
        """
READ WRITE APPEND TOUCH TOUCH_NOCREATE GENERATE CONFIGURE STRINGS HASH MD5 SHA1 SHA224 SHA256 SHA384 SHA512 SHA3_224
SHA3_256 SHA3_384 SHA3_512 TIMESTAMP GET_RUNTIME_DEPENDENCIES GLOB GLOB_RECURSE MAKE_DIRECTORY REMOVE REMOVE_RECURSE
RENAME COPY_FILE COPY INSTALL SIZE READ_SYMLINK CREATE_LINK CHMOD CHMOD_RECURSE REAL_PATH RELATIVE_PATH TO_CMAKE_PATH
TO_NATIVE_PATH DOWNLOAD UPLOAD LOCK ARCHIVE_CREATE ARCHIVE_EXTRACT DIFFERENT RPATH_CHANGE RPATH_CHECK RPATH_REMOVE
READ_ELF CREATE_SYMLINK RPATH_SET
""".split()
    ),
    "list": frozenset(
        """
LENGTH GET JOIN SUBLIST FIND APPEND FILTER INSERT POP_BACK POP_FRONT PREPEND REMOVE_ITEM REMOVE_AT REMOVE_DUPLICATES
TRANSFORM REVERSE SORT
""".split()
    ),
    "string": frozenset(
        """
FIND REPLACE REGEX APPEND PREPEND CONCAT JOIN TOLOWER TOUPPER LENGTH SUBSTRING STRIP GENEX_STRIP REPEAT COMPARE MD5
SHA1 SHA224 SHA256 SHA384 SHA512 SHA3_224 SHA3_256 SHA3_384 SHA3_512 HASH ASCII HEX CONFIGURE MAKE_C_IDENTIFIER RANDOM
TIMESTAMP UUID JSON
""".split()
    ),
    "install": frozenset(
        """
TARGETS IMPORTED_RUNTIME_ARTIFACTS FILES PROGRAMS DIRECTORY SCRIPT CODE EXPORT EXPORT_ANDROID_MK
RUNTIME_DEPENDENCY_SET PACKAGE_INFO SBOM
""".split()
    ),
}
BLOCKS = {
    "if": "endif",
    "foreach": "endforeach",
    "while": "endwhile",
    "function": "endfunction",
    "macro": "endmacro",
    "block": "endblock",
}
