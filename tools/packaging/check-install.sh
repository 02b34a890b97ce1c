#!/bin/sh
# Installs a deb in a fresh Debian, starts it as an unprivileged user with the sandbox on, ends it and removes it.
# Usage, as root: unshare --mount check-install.sh FOLDER DEB. FOLDER is an empty Debian with xvfb, xauth, procps,
# xdotool and the tools of a desktop for menus and file types; it is left installed and removed again.
set -eu
root=$1
[ "$root" = / ] || {
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --rbind /sys "$root/sys"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  cp "$2" "$root/tmp/kith.deb"
  cp "$0" "$root/tmp/check-install.sh"
  mkdir -p "$root/.old"
  cd "$root"
  # Not chroot: the kernel allows no user namespaces there, which the sandbox needs.
  pivot_root . .old
  umount -l /.old
  cd /
  exec /bin/sh /tmp/check-install.sh /
}

fail() {
  echo "install: $*"
  exit 1
}
export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
apt-get update -qq
apt-get install -y -qq --no-install-recommends /tmp/kith.deb >/tmp/apt.log 2>&1 || fail "$(tail -20 /tmp/apt.log)"
echo "install: installed, $(du -sm /opt/Kith | cut -f1) MiB in /opt/Kith, chrome-sandbox $(stat -c '%a %U' /opt/Kith/chrome-sandbox)"

grep -q '^x-scheme-handler/kith=kith.desktop' /usr/share/applications/mimeinfo.cache || fail 'kith: links have no program'
grep -q '^application/vnd.kith.network+json=kith.desktop' /usr/share/applications/mimeinfo.cache || fail 'network files have no program'
grep -q 'application/vnd.kith.network+json:\*.kith.json' /usr/share/mime/globs2 || fail 'network files have no type'
for size in 16x16 48x48 256x256; do [ -f "/usr/share/icons/hicolor/$size/apps/kith.png" ] || fail "no icon of $size"; done

id tester >/dev/null 2>&1 || useradd --create-home tester
cat >/tmp/start.sh <<'END'
kith --network regtest --datadir "$HOME/data" >/tmp/kith.log 2>&1 &
app=$!
i=0
until xdotool search --onlyvisible --class kith >/dev/null 2>&1 && [ -e "$HOME/data/chain" ]; do
  i=$((i + 1)); [ $i -lt 240 ] || { cat /tmp/kith.log; exit 1; }
  kill -0 $app || { cat /tmp/kith.log; exit 1; }
  sleep 0.5
done
touch /tmp/up
while [ ! -e /tmp/checked ]; do sleep 0.2; done
kill -TERM $app
wait $app
END
rm -f /tmp/up /tmp/checked
su tester -c 'DBUS_SESSION_BUS_ADDRESS=unix:path=/dev/null xvfb-run -a sh /tmp/start.sh' >/tmp/start.log 2>&1 &
started=$!
while [ ! -e /tmp/up ]; do
  kill -0 $started 2>/dev/null || fail "the installed app did not start: $(tail -5 /tmp/start.log)"
  sleep 0.5
done
renderer=$(pgrep -u tester -f -- '--type=renderer' | head -1)
[ -n "$renderer" ] || fail 'there is no page'
grep -q '^Seccomp:.2' "/proc/$renderer/status" || fail 'the page runs without the filter of system calls'
main=$(pgrep -u tester -o -x kith)
[ "$(readlink "/proc/$renderer/ns/pid")" != "$(readlink "/proc/$main/ns/pid")" ] || fail 'the page runs without namespaces'
touch /tmp/checked
wait $started || fail "the app did not end in order: $(tail -5 /tmp/start.log)"
echo 'install: starts as a user from /usr/bin/kith with the sandbox on, and ends'

apt-get purge -y -qq kith >/tmp/apt.log 2>&1 || fail "$(tail -20 /tmp/apt.log)"
left=$(find /opt /usr/bin /usr/share/applications /usr/share/icons /usr/share/mime/packages /usr/share/metainfo /usr/share/doc /usr/share/lintian \
  /etc/apparmor.d -iname '*kith*' 2>/dev/null || true)
[ -z "$left" ] || fail "removing left: $left"
[ -d /home/tester/data/wallets ] || fail "removing deleted the user's data"
echo "install: removed without a trace, the user's data is kept"
