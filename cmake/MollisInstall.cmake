# cmake --install: the program, the decks, the job scripts and the plotting tools. The targets must exist by now.
# Layout: bin/mollis, share/mollis/{inputs,jobscripts,tools}, share/doc/mollis. jobscripts/site.sh finds bin/mollis from there.
set_target_properties(mollis PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)   # finds PETSc and Kokkos outside system folders
install(TARGETS mollis RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

set(MOLLIS_INSTALL_DATA ${CMAKE_INSTALL_DATADIR}/mollis)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/inputs/ DESTINATION ${MOLLIS_INSTALL_DATA}/inputs FILES_MATCHING PATTERN "*.toml")
file(GLOB mollis_jobscripts ${PROJECT_SOURCE_DIR}/jobscripts/*.sh)
list(FILTER mollis_jobscripts EXCLUDE REGEX "/(site|body)\.sh$")
install(PROGRAMS ${mollis_jobscripts} DESTINATION ${MOLLIS_INSTALL_DATA}/jobscripts)
install(FILES ${PROJECT_SOURCE_DIR}/jobscripts/site.sh ${PROJECT_SOURCE_DIR}/jobscripts/body.sh DESTINATION ${MOLLIS_INSTALL_DATA}/jobscripts)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/tools/plot.py ${PROJECT_SOURCE_DIR}/tools/chromatin.py ${PROJECT_SOURCE_DIR}/tools/summary.py ${PROJECT_SOURCE_DIR}/tools/scaling.py
  ${PROJECT_SOURCE_DIR}/tools/compare.py ${PROJECT_SOURCE_DIR}/tools/moments.py
  DESTINATION ${MOLLIS_INSTALL_DATA}/tools)
install(FILES ${PROJECT_SOURCE_DIR}/tools/result.py ${PROJECT_SOURCE_DIR}/tools/scattered.py ${PROJECT_SOURCE_DIR}/tools/sweep.py ${PROJECT_SOURCE_DIR}/tools/scaling_tables.py ${PROJECT_SOURCE_DIR}/tools/scaling_model.py ${PROJECT_SOURCE_DIR}/tools/scaling_predict.py DESTINATION ${MOLLIS_INSTALL_DATA}/tools)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/machines DESTINATION ${MOLLIS_INSTALL_DATA}/tools FILES_MATCHING PATTERN "*.toml")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CITATION.cff ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
