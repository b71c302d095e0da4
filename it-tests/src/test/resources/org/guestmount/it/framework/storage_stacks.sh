#!/bin/busybox sh
# Run as the first process of a machine: makes storage stacks of its disks, with the tools that administrators use, and puts a copy
# of the filesystem on disk a into each. Disk a is SCSI target 0, b is 1, and so on.
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
target=0
for name in a b c d e f g h i j k l m n o p q r s t u v; do
  read -r letter <<X
$(ls /sys/class/scsi_device/*:0:$target:0/device/block)
X
  eval "$name=/dev/$letter"
  target=$((target + 1))
done
set -ex
lvm() { /bin/lvm "$@" -y --config 'activation{udev_sync=0 udev_rules=0 monitoring=0} devices{obtain_device_list_from_udev=0 external_device_info_source="none" use_devicesfile=0 scan_lvs=1} backup{backup=0 archive=0} global{thin_check_executable="" use_lvmpolld=0}'; }
fill() { dd if=${a} of="$1" bs=1M conv=fsync 2>/dev/null; }
luks() { # DEVICE NAME PASSPHRASE OPTIONS
  device=$1 name=$2 pass=$3; shift 3
  printf %s "$pass" | cryptsetup luksFormat -q --key-file=- "$@" "$device"
  printf %s "$pass" | cryptsetup open --key-file=- "$device" "$name"
}
P1='--type luks1 --pbkdf-force-iterations 1000'
P2='--type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000'
ARGON='--type luks2 --pbkdf argon2id --pbkdf-force-iterations 4 --pbkdf-memory 409600 --pbkdf-parallel 1'

lvm pvcreate ${b} ${c}
lvm vgcreate vg-a ${b} ${c}
lvm lvcreate -L 20m -n root vg-a
fill /dev/vg-a/root
lvm lvcreate -L 24m -i 2 -n stripe-d vg-a
fill /dev/vg-a/stripe-d
lvm lvcreate -L 20m -m 1 --type raid1 -n mirror vg-a
fill /dev/vg-a/mirror
lvm lvcreate -L 32m -T vg-a/pool -V 64m -n thin
fill /dev/vg-a/thin
lvm lvcreate -L 8m -s -n snap vg-a/root

yes | mdadm --create /dev/md/mirror --metadata=1.2 --homehost=guest --level=1 --raid-devices=2 ${d}1 ${e}1
fill /dev/md/mirror
yes | mdadm --create /dev/md1 --metadata=1.2 --homehost=guest --level=5 --raid-devices=3 ${f} ${g} ${h}
fill /dev/md1
yes | mdadm --create /dev/md2 --homehost=guest --level=0 --raid-devices=2 ${i} ${j}
fill /dev/md2
yes | mdadm --create /dev/md3 --homehost=guest --level=10 --raid-devices=2 ${k} ${l}
fill /dev/md3

luks ${m}1 c1 'first pass' $P1
fill /dev/mapper/c1
luks ${n} c2 'second' $P2
fill /dev/mapper/c2
luks ${o}1 c3 'third' $P2
lvm pvcreate /dev/mapper/c3
lvm vgcreate inner /dev/mapper/c3
lvm lvcreate -L 20m -n root inner
fill /dev/inner/root
lvm pvcreate ${p}
lvm vgcreate outer ${p}
lvm lvcreate -L 44m -n vault outer
luks /dev/outer/vault c4 'fourth' $P2
fill /dev/mapper/c4
yes | mdadm --create /dev/md4 --homehost=guest --level=1 --raid-devices=2 ${q} ${r}
luks /dev/md4 c5 'fifth' $P2
fill /dev/mapper/c5

luks ${v} c6 'sixth' $ARGON
fill /dev/mapper/c6

lvm pvcreate ${s}
lvm vgcreate host ${s}
lvm lvcreate -L 32m -n disk host
printf 'n\np\n1\n2048\n\nw\n' | fdisk -u /dev/host/disk || true
dd if=${a} of=/dev/host/disk bs=1M seek=1 conv=fsync

mount -t ext4 -o ro ${a} /src
btrfs device scan
mount -t btrfs ${t} /mnt
btrfs subvolume create /mnt/root
btrfs subvolume create "/mnt/home dir"
cp -a /src/. /mnt/root/
umount /mnt
for array in /dev/md*; do [ -b $array ] && mdadm --wait $array || true; done
for c in c1 c2 c4 c5 c6; do cryptsetup close $c; done
lvm vgchange -an
cryptsetup close c3
for i in 0 1 2 3 4 126 127; do [ -e /sys/block/md$i ] && mdadm --stop /dev/md$i || true; done
sync
set +x
echo all stacks are made
poweroff -f
