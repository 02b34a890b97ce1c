#!/bin/sh
# Installs a deb on this computer for one command alone, which changes nothing on the disk: the folders of the system are
# overlaid in memory, in a mount namespace of its own.
# Usage, as root: unshare --mount installed.sh DEB FOLDER COMMAND... FOLDER is empty; the overlays are mounted there.
# The command finds the path of the menu entry in KITH_INSTALLED. If installing is not possible here, the reason is
# printed, and the command runs without it.
set -u
deb=$1
layers=$2
shift 2
# Docker mounts these files. An overlay shows the empty files below such mounts instead, and then no name is resolved.
MOUNTED='/etc/resolv.conf /etc/hosts /etc/hostname'

install_deb() {
  mount -t tmpfs tmpfs "$layers" || return 1
  mkdir "$layers/mounted"
  for file in $MOUNTED; do
    if mountpoint -q "$file"; then cp "$file" "$layers/mounted/" || return 1; fi
  done
  for folder in usr opt etc var; do
    mkdir "$layers/$folder" "$layers/$folder.work"
    mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$layers/$folder,workdir=$layers/$folder.work" "/$folder" || return 1
  done
  for file in $MOUNTED; do
    copy=$layers/mounted/${file##*/}
    if [ -e "$copy" ]; then mount --bind "$copy" "$file" || return 1; fi
  done
  export DEBIAN_FRONTEND=noninteractive
  # What it depends on is there on most computers; otherwise apt fetches it, into memory too.
  dpkg -i "$deb" || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$deb"; }
}

if said=$(install_deb 2>&1); then
  export KITH_INSTALLED=/usr/share/applications/kith.desktop
else
  echo "test: the deb could not be installed: $said"
fi
exec "$@"
