#!/bin/sh
set -e

# During an upgrade the new version is installed already: rpm says 1, dpkg says "upgrade".
case "$1" in 1 | upgrade) exit 0 ;; esac

if [ -e /etc/apparmor.d/kith ]; then
  if command -v apparmor_parser >/dev/null && [ -d /sys/kernel/security/apparmor ]; then
    apparmor_parser --remove /etc/apparmor.d/kith >/dev/null 2>&1 || true
  fi
  rm -f /etc/apparmor.d/kith
fi
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database /usr/share/applications || true; fi
