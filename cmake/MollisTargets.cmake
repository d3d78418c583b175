# mollis_room(NAME SOURCES ... LINK ...): one static library per room of the house; headers are included as <room>/<header>.
add_library(mollis_options INTERFACE)
target_compile_options(mollis_options INTERFACE
  $<$<NOT:$<BOOL:${Kokkos_ENABLE_CUDA}>>:-Wall;-Wextra;-Wpedantic;-Wshadow>
  $<$<AND:$<BOOL:${MOLLIS_WARNINGS_AS_ERRORS}>,$<NOT:$<BOOL:${Kokkos_ENABLE_CUDA}>>>:-Werror>)
if(MOLLIS_NATIVE)
  include(CheckCXXCompilerFlag)
  foreach(flag -march=native -mprefer-vector-width=512)
    string(MAKE_C_IDENTIFIER "MOLLIS_HAS${flag}" known)
    check_cxx_compiler_flag(${flag} ${known})
    if(${known})
      target_compile_options(mollis_options INTERFACE ${flag})
    endif()
  endforeach()
endif()
if(MOLLIS_FUZZ)
  target_compile_options(mollis_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -g)
  target_link_options(mollis_options INTERFACE -fsanitize=address,undefined)
endif()
target_include_directories(mollis_options INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})

function(mollis_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINK" ${ARGN})
  add_library(mollis_${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(mollis_${name} PUBLIC mollis_options ${ROOM_LINK})
endfunction()

# mollis_test(NAME SOURCES ... LINK ... [RANKS 1 2 3 4] [LABELS ...]): a GoogleTest program, run once per rank count.
# Label "unit" (one rank) or "mpi" (two and more) is set for each run; LABELS adds to it.
cmake_host_system_information(RESULT MOLLIS_CORES QUERY NUMBER_OF_LOGICAL_CORES)
function(mollis_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT" "SOURCES;LINK;RANKS;LABELS" ${ARGN})
  if(NOT TEST_RANKS)
    set(TEST_RANKS 1)
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  add_executable(test_${name} ${TEST_SOURCES})
  target_link_libraries(test_${name} PRIVATE ${TEST_LINK} mollis_test_main GTest::gtest)
  foreach(ranks ${TEST_RANKS})
    if(ranks EQUAL 1)
      add_test(NAME ${name} COMMAND test_${name})
      set_tests_properties(${name} PROPERTIES LABELS "unit;${TEST_LABELS}" TIMEOUT ${TEST_TIMEOUT} COST ${TEST_TIMEOUT})  # those that may take long begin first
    else()
      add_test(NAME ${name}_np${ranks} COMMAND ${MOLLIS_MPIEXEC} ${ranks} $<TARGET_FILE:test_${name}>)
      set_tests_properties(${name}_np${ranks} PROPERTIES LABELS "mpi;${TEST_LABELS}" PROCESSORS ${ranks} TIMEOUT ${TEST_TIMEOUT})
      if(ranks GREATER MOLLIS_CORES)  # waiting ranks let the others run
        set_tests_properties(${name}_np${ranks} PROPERTIES ENVIRONMENT "OMPI_MCA_mpi_yield_when_idle=1")
      endif()
    endif()
  endforeach()
endfunction()

# The launcher of the MPI tests; root and oversubscription are the rule in containers.
set(MOLLIS_MPIEXEC ${MPIEXEC_EXECUTABLE} --allow-run-as-root --oversubscribe ${MPIEXEC_NUMPROC_FLAG}
  CACHE STRING "Command that starts MPI tests; the number of ranks and the program follow")
