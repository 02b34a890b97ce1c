#!/bin/sh
set -e

read_number() {
  if [ -r "$1" ]; then cat "$1"; else echo "$2"; fi
}

# The profile is loaded only where AppArmor is in use and knows its version of the language (Ubuntu 24.04, not 22.04).
profile=no
if command -v apparmor_parser >/dev/null && [ -d /sys/kernel/security/apparmor ] &&
  apparmor_parser --skip-kernel-load --skip-cache /opt/Kith/resources/apparmor-profile >/dev/null 2>&1; then
  cp -f /opt/Kith/resources/apparmor-profile /etc/apparmor.d/kith
  apparmor_parser --replace --write-cache --skip-read-cache /etc/apparmor.d/kith && profile=yes || true
fi

# The sandbox needs user namespaces for everybody, or else its helper with the rights of root. Tried as root, user
# namespaces always work, so the settings of the system are read instead.
namespaces=yes
[ "$(read_number /proc/sys/user/max_user_namespaces 1)" = 0 ] && namespaces=no
[ "$(read_number /proc/sys/kernel/unprivileged_userns_clone 1)" = 0 ] && namespaces=no
[ "$(read_number /proc/sys/kernel/apparmor_restrict_unprivileged_userns 0)" = 1 ] && [ $profile = no ] && namespaces=no
if [ $namespaces = yes ]; then chmod 0755 /opt/Kith/chrome-sandbox; else chmod 4755 /opt/Kith/chrome-sandbox; fi

# Debian's triggers do this too; other systems may have none.
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database /usr/share/applications || true; fi
