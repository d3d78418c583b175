# Every library that Mollis stands on, as an imported target each.
find_package(MPI REQUIRED COMPONENTS C CXX)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PETSC REQUIRED IMPORTED_TARGET PETSc>=3.18)

set(HDF5_PREFER_PARALLEL TRUE)
find_package(LAPACK REQUIRED)
find_package(HDF5 REQUIRED COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "HDF5 ${HDF5_VERSION} is serial; Mollis needs a parallel build (Debian: libhdf5-openmpi-dev; else set HDF5_ROOT)")
endif()
add_library(mollis_hdf5 INTERFACE)
target_include_directories(mollis_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(mollis_hdf5 INTERFACE ${HDF5_C_LIBRARIES} MPI::MPI_C)

find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)

# Kokkos 3.4 to 5.x. Debian's 3.4 (from Trilinos) exports a target with a wrong include path: mended here.
find_package(Kokkos REQUIRED)
add_library(mollis_kokkos INTERFACE)
target_link_libraries(mollis_kokkos INTERFACE Kokkos::kokkos)
if(Kokkos_VERSION VERSION_LESS 3.5)
  find_path(MOLLIS_KOKKOS_HEADERS Kokkos_Core.hpp HINTS ${Kokkos_INCLUDE_DIRS} PATH_SUFFIXES trilinos)
  if(MOLLIS_KOKKOS_HEADERS)
    target_include_directories(mollis_kokkos SYSTEM INTERFACE ${MOLLIS_KOKKOS_HEADERS})
  endif()
endif()

# CUDA: Kokkos' package has its launcher send targets that link Kokkos to nvcc, for the architecture that Kokkos was built for.
# The host's compiler takes all others, the deck among them: nvcc cannot read toml++. A launcher of the user's (ccache) would
# stand in its way.
if(Kokkos_ENABLE_CUDA AND Kokkos_CXX_COMPILER_ID STREQUAL "NVIDIA")
  set(CMAKE_CXX_COMPILER_LAUNCHER "")
  if(CMAKE_CXX_COMPILER MATCHES "nvcc")
    message(FATAL_ERROR "CMAKE_CXX_COMPILER must be the host's compiler, not nvcc_wrapper, which is used where it is needed: "
      "unset the environment variable CXX, if it is set, and begin with a new build folder")
  endif()
  # A kernel that calls a function of the host compiles with a warning, and does nothing.
  foreach(diagnostic 20011 20013 20014 20015)
    target_compile_options(mollis_kokkos INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xcudafe --diag_error=${diagnostic}>")
  endforeach()
endif()

if(NOT CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 17)
  if(Kokkos_VERSION VERSION_GREATER_EQUAL 5)
    set(CMAKE_CXX_STANDARD 20)
  endif()
endif()
message(STATUS "Kokkos ${Kokkos_VERSION} (${Kokkos_DEVICES}), HDF5 ${HDF5_VERSION}, PETSc ${PETSC_VERSION}, C++${CMAKE_CXX_STANDARD}")

if(MOLLIS_TESTS)
  find_package(GTest REQUIRED)
endif()
if(MOLLIS_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()

# FFTW 3, double precision. Its CMake package is incomplete on some systems; a library and a header are all it takes.
find_library(MOLLIS_FFTW fftw3)
find_path(MOLLIS_FFTW_HEADERS fftw3.h)
if(NOT MOLLIS_FFTW OR NOT MOLLIS_FFTW_HEADERS)
  message(FATAL_ERROR "FFTW 3 is missing (Debian: libfftw3-dev; else set MOLLIS_FFTW and MOLLIS_FFTW_HEADERS)")
endif()
add_library(mollis_fftw INTERFACE)
target_include_directories(mollis_fftw SYSTEM INTERFACE ${MOLLIS_FFTW_HEADERS})
target_link_libraries(mollis_fftw INTERFACE ${MOLLIS_FFTW})
