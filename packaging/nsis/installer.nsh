; The provisioning server listens on this computer alone unless an engineer opens it in the settings; the rule lets stations of the
; private network in then, and goes with the program.
!macro customInstall
  nsExec::ExecToLog 'netsh advfirewall firewall add rule name="Signet provisioning server" dir=in action=allow protocol=TCP localport=11235 profile=private program="$INSTDIR\${APP_EXECUTABLE_FILENAME}"'
!macroend

!macro customUnInstall
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="Signet provisioning server"'
!macroend
