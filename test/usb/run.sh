#!/usr/bin/env bash
# Real USB devices without hardware: a stock Debian kernel in QEMU, gadgets on an emulated USB controller, the simulator
# behind them, the application's own core in front. README.md says how. Last line: N passed, N failed.
#   run.sh [cycles=N] [parts=A+B]     SIGNET_USB_TIMEOUT_S: how long the guest may take (default 1800)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
packages=(qemu-system-x86 linux-image-amd64 busybox-static cpio kmod udev libusb-1.0-0 gcc libc6-dev make)

newest_kernel() {
  local name
  for name in $(ls -1 /lib/modules 2>/dev/null | grep -- '-amd64$' | sort -rV); do
    if [ -r "/boot/vmlinuz-$name" ] && find "/lib/modules/$name" -name 'dummy_hcd.ko*' | grep -q .; then
      echo "$name"
      return
    fi
  done
}

is_there() {
  command -v qemu-system-x86_64 && [ -n "$(newest_kernel)" ] && [ -x /bin/busybox ] && command -v cpio \
    && command -v modprobe && command -v gcc && command -v make && [ -x /lib/systemd/systemd-udevd ] && ldconfig -p | grep -q libusb-1.0
}

if ! is_there >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  fi
  if ! is_there >/dev/null 2>&1; then
    echo "The USB bench needs the Debian packages ${packages[*]}."
    echo "0 passed, 1 failed"
    exit 1
  fi
fi

# Seen from the guest, where the checkout has another place.
if ! python=$(bash "$top/test/interop/environment.sh"); then
  echo "0 passed, 1 failed"
  exit 1
fi
arguments=("python=/run/checkout${python#"$top"}" "$@")

# The board whose USB device is the firmware itself.
make -s -C "$top/firmware" usbip

kernel=$(newest_kernel)
work=$(mktemp -d)
# Beside the checkout's packages, where the bench finds those that stay outside of it.
program=$(mktemp -d "$top/node_modules/.cache/usb-bench.XXXXXX")
trap 'rm -rf "$work" "$program"' EXIT
"$top/node_modules/.bin/node" --disable-warning=ExperimentalWarning "$here/bundle.ts" "$program"
mkdir -p "$work"/root/{bin,proc,sys,dev,mnt,modules}
cp /bin/busybox "$work/root/bin/"
cp "$here/init" "$work/root/init"
chmod 755 "$work/root/init"
# What the first process needs before it can reach the rest: the way from virtio to 9p, in the order of their needs.
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci netfs fscache 9pnet 9pnet_virtio 9p; do
  file=$(find "/lib/modules/$kernel" -name "$module.ko*" | head -1)
  case "$file" in
    "") ;;
    *.xz) xz -dc "$file" >"$work/root/modules/$module.ko" ;;
    *.zst) zstd -qdc "$file" >"$work/root/modules/$module.ko" ;;
    *) cp "$file" "$work/root/modules/$module.ko" ;;
  esac
done
(cd "$work/root" && find . | cpio -o -H newc 2>/dev/null | gzip -1) >"$work/initrd.gz"

# The machine's files and the checkout as two trees: a checkout below /tmp or on a volume of its own is there all the same.
share() {
  echo "local,path=$1,mount_tag=$2,security_model=none,readonly=on,multidevs=remap"
}
# The guest's clock counts instructions while it works: however busy this machine is, no deadline in the guest passes for it.
set +e
timeout --kill-after=10 "${SIGNET_USB_TIMEOUT_S:-1800}" qemu-system-x86_64 \
  -accel tcg,thread=single -icount shift=1,sleep=on -cpu max,-pku -m 1536 -smp 1 -no-reboot -display none -monitor none -nodefaults \
  -kernel "/boot/vmlinuz-$kernel" -initrd "$work/initrd.gz" \
  -append "console=ttyS0 quiet panic=1 mitigations=off clocksource=tsc tsc=reliable highres=off bench_program=/run/checkout${program#"$top"}/bench.js bench_arguments=$(IFS=,; echo "${arguments[*]}")" \
  -virtfs "$(share / root)" -virtfs "$(share "$top" checkout)" \
  -serial "file:$work/console.log" -serial stdio </dev/null | sed -u 's/\r//g' | tee "$work/output.log"
guest=${PIPESTATUS[0]}
set -e

if ! tail -n 3 "$work/output.log" | grep -Eq '^[0-9]+ passed, [0-9]+ failed$'; then
  echo "The guest ended without a result (status $guest). Its console:"
  tail -n 40 "$work/console.log" | tr -d '\r'
  passed=$(grep -c '^  ok ' "$work/output.log" || true)
  echo "$passed passed, 1 failed"
  exit 1
fi
tail -n 3 "$work/output.log" | grep -Eq '^[1-9][0-9]* passed, 0 failed$'
