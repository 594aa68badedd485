#!/usr/bin/env bash
# In the guest: USB controllers that are emulated by the kernel, udev, then the bench itself. Its words go to the second
# serial line.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp TMPDIR=/tmp
stty -F /dev/ttyS1 raw -echo
exec >/dev/ttyS1 2>&1

modprobe dummy_hcd num=11
modprobe -a libcomposite usb_f_acm usb_f_hid cdc_acm usbhid hid_generic
mount -t configfs configfs /sys/kernel/config
# Debian's own rules look much up in big tables, which takes long in an emulated machine.
mount -t tmpfs rules /usr/lib/udev/rules.d
cp /run/checkout/test/usb/udev.rules /usr/lib/udev/rules.d/50-bench.rules
/lib/systemd/systemd-udevd --daemon >/dev/null

parameter() { sed -n "s/.*bench_$1=\([^ ]*\).*/\1/p" /proc/cmdline; }
program=$(parameter program)
arguments=$(parameter arguments)
cd /run/checkout
# Every HID gadget waits for its reports in a thread of its own.
NO_COLOR=1 UV_THREADPOOL_SIZE=12 node_modules/.bin/node --expose-gc --disable-warning=ExperimentalWarning \
  "$program" ${arguments//,/ } || true
echo o >/proc/sysrq-trigger
read -r -t 30 _ </dev/ttyS1
