# For the Makefile one folder up: `include client/targets.mk`.
.PHONY: client client-test client-size client-analyse
client client-test client-size client-analyse:
	@$(MAKE) --no-print-directory -C client $(if $(filter client,$@),all,$(@:client-%=%))
