# run/revision.cpp gets the git revision at build time (not at configure time), so that it is never stale.
set(MOLLIS_REVISION_HEADER ${PROJECT_BINARY_DIR}/generated/mollis_revision.hpp)
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
add_custom_target(mollis_revision BYPRODUCTS ${MOLLIS_REVISION_HEADER}
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${MOLLIS_REVISION_HEADER}
    -DVERSION=${PROJECT_VERSION} -DBUILD_TYPE=${CMAKE_BUILD_TYPE}
    "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    "-DFLAGS=${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}" -DNATIVE=${MOLLIS_NATIVE}
    -P ${PROJECT_SOURCE_DIR}/cmake/WriteRevision.cmake
  COMMENT "Reading the git revision" VERBATIM)
