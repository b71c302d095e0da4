#!/bin/busybox sh
# Run as the first process of a machine, followed by commands that make something of its disks with the tools that administrators use.
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/mapper /run /etc/lvm /mnt /src
export PATH=/bin DM_DISABLE_UDEV=1 MDADM_NO_UDEV=1 LVM_SUPPRESS_FD_WARNINGS=1
mknod /dev/mapper/control c 10 236
mknod /dev/btrfs-control c 10 234
for m in virtio_pci virtio_scsi sd_mod virtio_rng dm_mod md_mod btrfs; do modprobe $m; done
sleep 1
exec </dev/null
set -e

disk() { # INDEX, printed is the device
  ls /sys/class/scsi_device/*:0:$1:0/device/block | sed 's,^,/dev/,'
}

lvm() {
  /bin/lvm "$@" -y --config 'activation{udev_sync=0 udev_rules=0 monitoring=0} devices{obtain_device_list_from_udev=0 external_device_info_source="none" use_devicesfile=0 scan_lvs=1} backup{backup=0 archive=0} global{thin_check_executable="" use_lvmpolld=0}'
}

luks() { # DEVICE NAME PASSPHRASE OPTIONS
  device=$1 name=$2 pass=$3; shift 3
  printf %s "$pass" | cryptsetup luksFormat -q --key-file=- "$@" "$device"
  printf %s "$pass" | cryptsetup open --key-file=- "$device" "$name"
}

array() { # DEVICE OPTIONS MEMBERS
  yes | mdadm --create "$@" --homehost=guest
}

encrypted() {
  for name in /sys/block/dm-*/dm/name; do
    case $(cat ${name%name}uuid) in CRYPT-*) cat $name ;; esac
  done
}

off() {
  for array in /dev/md*; do [ -b $array ] && mdadm --wait $array || true; done
  # What lies on another cannot go before it.
  for round in 1 2 3; do
    lvm vgchange -an || true
    for mapping in $(encrypted); do cryptsetup close $mapping || true; done
  done
  for i in 0 1 2 3 4 126 127; do [ -e /sys/block/md$i ] && mdadm --stop /dev/md$i || true; done
  sync
  set +x
  echo "everything is done"
  poweroff -f
}

set -x
